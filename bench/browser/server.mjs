// Serves folders to pages that are cross-origin isolated, and remembers which files were asked for.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html", ".wasm": "application/wasm", ".json": "application/json"};
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};
// Code is kept by the browser, as from any CDN; models by the engines alone.
const lifetime = (url) => (url.startsWith("/models/") ? "no-store" : "max-age=31536000, immutable");

// `roots`: {"/prefix/": folder}. Returns {origin, served: Set of paths, close()}.
export async function serve(roots) {
  const served = new Set();
  const find = (url) => {
    const prefix = Object.keys(roots).find((start) => url.startsWith(start));
    const file = prefix && path.join(roots[prefix], path.normalize(`/${url.slice(prefix.length)}`));
    return file && fs.statSync(file, {throwIfNoEntry: false})?.isFile() ? file : undefined;
  };
  const server = http.createServer((request, response) => {
    const url = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = find(url);
    if (!file) return response.writeHead(404, ISOLATED).end();
    served.add(file);
    response.writeHead(200, {
      ...ISOLATED,
      "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
      "content-length": fs.statSync(file).size,
      "cache-control": lifetime(url),
      etag: `"${fs.statSync(file).mtimeMs}"`,
    });
    if (request.method === "HEAD") response.end();
    else fs.createReadStream(file, {highWaterMark: 1 << 20}).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return {origin: `http://localhost:${server.address().port}`, served, close: () => server.close()};
}
