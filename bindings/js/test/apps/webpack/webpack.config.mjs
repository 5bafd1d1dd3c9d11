import path from "node:path";

export default {
  mode: "production",
  context: import.meta.dirname,
  entry: "./src/index.js",
  output: {path: path.join(import.meta.dirname, "dist")},
};
