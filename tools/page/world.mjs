// What the tests need around the page: gerbil serve, a browser, and a server that says whatever a test wants said.
import {spawn} from "node:child_process";
import http from "node:http";
import {createRequire} from "node:module";
import path from "node:path";
import {fileURLToPath} from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const output = path.join(root, "build/page");
export const require = createRequire(path.join(output, "package.json"));
const {chromium} = require("playwright-core");

// `gerbil serve nano`, on a free port unless one is named: {address, kill()}.
export function serve(...more) {
  const port = more.includes("--port") ? [] : ["--port", "0"];
  const child = spawn(path.join(root, "scripts/env"), [process.env.GERBIL, "serve", ...port, "--device", "cpu", ...more, "models/nano"],
    {cwd: root, stdio: ["ignore", "ignore", "pipe"]});
  const ended = new Promise(resolve => child.once("exit", resolve));
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", data => {
      said += data;
      const address = /listening on (http:\S+)/.exec(said)?.[1];
      if (address && said.includes("loaded models/nano")) resolve({address, kill() { child.kill("SIGKILL"); return ended; }});
    });
    child.once("exit", () => reject(new Error(`gerbil serve ended: ${said}`)));
  });
}

export const launch = () => chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"]});

// A server with gerbil's own page, whose answers to other requests are those of `routes`, {path: (request, response,
// body) => …}, and gerbil's where there is none.
export async function mock(address, routes) {
  const upstream = new URL(address);
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const route = routes[request.url];
    if (route) return route(request, response, parts.length ? JSON.parse(Buffer.concat(parts)) : null);
    const headers = {...request.headers, host: upstream.host};
    delete headers.origin;
    const proxied = http.request({host: upstream.hostname, port: upstream.port, path: request.url, method: request.method, headers}, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    proxied.on("error", () => response.destroy());
    proxied.end(Buffer.concat(parts));
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return {address: `http://127.0.0.1:${server.address().port}`, close() { server.closeAllConnections(); server.close(); }};
}

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// A route that streams these deltas of a message, `ms` apart, with the finish reason and the usage at the end.
export const streamed = (deltas, {finish = "stop", ms = 0, usage} = {}) => async (request, response, body) => {
  response.writeHead(200, {"Content-Type": "text/event-stream"});
  const event = data => response.write(`data: ${JSON.stringify(data)}\n\n`);
  for (const delta of typeof deltas === "function" ? deltas(body) : deltas) {
    event({choices: [{index: 0, delta}]});
    if (ms) await pause(ms);
    if (response.destroyed) return;
  }
  event({choices: [{index: 0, delta: {}, finish_reason: finish}]});
  event({choices: [], usage: {prompt_tokens: 200, completion_tokens: 100, prompt_tokens_details: {cached_tokens: 150}, ...usage}});
  response.end("data: [DONE]\n\n");
};

// A text in pieces such as tokens are.
export const pieces = (text, name = "content") => (text.match(/\s?\S{1,5}|\s/g) ?? []).map(piece => ({[name]: piece}));
