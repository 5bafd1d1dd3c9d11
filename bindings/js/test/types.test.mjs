// The package's types, as strict programs see them.
import {test} from "node:test";
import {place, run} from "./apps.mjs";

const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--jsx", "react-jsx"];
const bundler = ["--module", "esnext", "--moduleResolution", "bundler", "--lib", "es2023,dom,dom.iterable"];
const node = ["--module", "nodenext", "--types", "node"];

for (const [name, module] of Object.entries({bundler, node}))
  test(name, () => {
    const folder = place("types");
    run("production", folder, "tsc", ...strict, ...module, "engine.ts");
    run("production", folder, "tsc", ...strict, ...module, "--skipLibCheck", "others.tsx");
  });
