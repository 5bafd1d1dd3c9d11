// What the tests need around the package: a server of files, and Chromium.
import fs from "node:fs";
import http from "node:http";
import {createRequire} from "node:module";
import path from "node:path";
import {fileURLToPath} from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
/** Where run installs what the tests need, and the packed package. */
export const output = path.join(root, "build/js-test");
export const require = createRequire(path.join(output, "package.json"));
const {chromium} = require("playwright-core");

const types = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".txt": "text/plain",
  ".wasm": "application/wasm",
};

// Serves `folders`, {"/prefix/": folder}, the longest prefix first, and /models/; what `answers` has an entry for is
// answered by that. With `isolated` pages may use threads.
export async function serve(folders, {isolated = false, answers = {}} = {}) {
  const all = Object.entries({"/models/": path.join(root, "models"), ...folders}).sort(
    ([a], [b]) => b.length - a.length,
  );
  const server = http.createServer((request, response) => {
    const asked = decodeURIComponent(new URL(request.url, "http://server").pathname);
    const [prefix, folder] = all.find(([prefix]) => asked.startsWith(prefix)) ?? [];
    const file = folder && path.join(folder, asked.slice(prefix.length) || "index.html");
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (Object.hasOwn(answers, asked)) return answers[asked](request, response);
    const found = file && fs.statSync(file, {throwIfNoEntry: false});
    if (!found?.isFile()) return response.writeHead(404).end();
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const start = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]), found.size - 1) : found.size - 1;
    response.setHeader("Content-Type", types[path.extname(file)] ?? "application/octet-stream");
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("ETag", `"${found.size}-${found.mtimeMs}"`);
    response.setHeader("Content-Length", end - start + 1);
    if (range) response.setHeader("Content-Range", `bytes ${start}-${end}/${found.size}`);
    response.writeHead(range ? 206 : 200);
    if (request.method === "HEAD" || found.size === 0) return response.end();
    fs.createReadStream(file, {start, end}).pipe(response);
  });
  await new Promise(resolve => server.listen(0, "localhost", resolve));
  return {
    address: `http://localhost:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const quiet = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];
const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];

/** Chromium, with a GPU that SwiftShader computes unless `gpu` is false. */
export const launch = ({gpu = true} = {}) =>
  chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [...quiet, ...(gpu ? software : ["--disable-gpu", "--disable-features=WebGPU"])],
  });

// A page of `address` whose errors fail the test, but those that `t.expected` matches. Files that a model does not have
// are asked for and are not there.
export async function open(t, browser, address) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", error => problems.push(String(error)));
  page.on("console", message => {
    if (message.type() === "error" && !message.location().url.includes("/models/")) problems.push(message.text());
  });
  t.after(async () => {
    await page.close();
    const unexpected = problems.filter(problem => !t.expected?.test(problem));
    if (unexpected.length > 0) throw new Error(`The page had errors: ${unexpected.join("; ")}`);
  });
  await page.goto(address);
  return page;
}

/** A plain page that has the package. */
export const plainFolders = {
  "/gerbil/": path.join(output, "node_modules/gerbil"),
  "/zod/": path.join(output, "node_modules/zod"),
  "/": path.join(root, "bindings/js/test/apps/plain"),
};

/** Chromium with a plain page that has the package: {browser, page(t), close()}. */
export async function plain({isolated = false, gpu = false} = {}) {
  const server = await serve(plainFolders, {isolated});
  const browser = await launch({gpu});
  return {
    async page(t) {
      const page = await open(t, browser, server.address);
      await page.waitForFunction(() => window.ready);
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** What nano answers to "Hello". */
export const hello = "Hello! I am nano, the small model built into gerbil. What can I do for you?";
