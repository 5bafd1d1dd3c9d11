// Chromium with a profile of its own, spoken to by the DevTools protocol.
import {spawn} from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const FLAGS = [
  "--headless", "--no-sandbox", "--no-first-run", "--disable-quic", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
  // Memory is measured when it is asked for, and not at the next collection of garbage.
  "--enable-blink-features=ForceEagerMeasureMemory",
  "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan",
];

async function debuggerUrl(profile, browser) {
  const file = path.join(profile, "DevToolsActivePort");
  for (let attempt = 0; attempt < 600 && browser.exitCode === null; ++attempt) {
    const [port, target] = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
    if (target) return `ws://127.0.0.1:${port}${target}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Chromium did not start: it is the package \"chromium\" of the reference environment.");
}

// Returns send(method, parameters, session), whose promise has the protocol's answer.
async function connect(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => Object.assign(socket, {onopen: resolve, onerror: reject}));
  const waiting = new Map();
  const fail = (error) => waiting.forEach(({reject}) => reject(error));
  socket.onclose = () => fail(new Error("Chromium ended."));
  socket.onmessage = ({data}) => {
    const {id, method, error, result} = JSON.parse(data);
    if (method === "Inspector.targetCrashed") fail(new Error("The page crashed, which is what Chromium does when memory ends."));
    if (!waiting.has(id)) return;
    const {resolve, reject} = waiting.get(id);
    waiting.delete(id);
    error ? reject(new Error(error.message)) : resolve(result);
  };
  let last = 0;
  return (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, {resolve, reject});
      socket.send(JSON.stringify({id: last, method, params, sessionId}));
    });
}

// The most memory that a process of the browser has had, in bytes.
function peakOf(pid) {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return 1024 * Number(kilobytes ?? 0);
}

// What an engine may take for one request, as an adapter of software can take hours.
const PATIENCE_SECONDS = 600;

function patiently(promise) {
  let timer;
  const end = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not answer within ${PATIENCE_SECONDS} seconds.`)), 1000 * PATIENCE_SECONDS);
  });
  return Promise.race([promise, end]).finally(() => clearTimeout(timer));
}

// The page at `url`: evaluate(expression) once it says that it is ready.
async function openPage(send, url) {
  const {targetId} = await send("Target.createTarget", {url});
  const {sessionId} = await send("Target.attachToTarget", {targetId, flatten: true});
  const evaluate = async (expression) => {
    const {result, exceptionDetails} = await send("Runtime.evaluate", {expression, awaitPromise: true, returnByValue: true}, sessionId);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await send("Inspector.enable", {}, sessionId);
  const loading = (error) => {
    if (/context/.test(error.message)) return false;  // between two documents there is none
    throw error;
  };
  while (!(await evaluate("globalThis.ready === true").catch(loading))) await new Promise((resolve) => setTimeout(resolve, 20));
  return evaluate;
}

// Opens `url` in a new browser and gives work() the page: {version, call(name, ...values), peakMemory()}.
export async function inBrowser(url, profile, work) {
  fs.rmSync(path.join(profile, "DevToolsActivePort"), {force: true});
  const browser = spawn("chromium", [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {stdio: "ignore"});
  const ended = new Promise((resolve) => browser.once("exit", resolve));
  let send;
  try {
    send = await connect(await debuggerUrl(profile, browser));
    const evaluate = await openPage(send, url);
    return await work({
      version: (await send("Browser.getVersion")).product,
      call: (name, ...values) => patiently(evaluate(`${name}(${values.map((value) => JSON.stringify(value)).join(", ")})`)),
      async peakMemory() {
        const {processInfo} = await send("SystemInfo.getProcessInfo");
        return Math.max(...processInfo.filter(({type}) => type === "renderer").map(({id}) => peakOf(id)));
      },
    });
  } finally {
    // Asked, it writes to its profile what it has in memory.
    await send?.("Browser.close").catch(() => browser.kill());
    if (!send) browser.kill();
    await ended;
  }
}
