// A browser with pages that drive storage in a worker.
import fs from "node:fs";
import {createRequire} from "node:module";
import os from "node:os";
import path from "node:path";
import {after, before, beforeEach} from "node:test";
import {fileURLToPath} from "node:url";
import {start} from "./hub.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = path.resolve(here, "../../../..");
/** The package as bindings/js/build builds it. */
export const dist = path.join(repository, "build/js/dist");
// What bindings/js/test/run installs.
const {chromium} = createRequire(path.join(repository, "build/js-test/package.json"))("playwright-core");

const chromiumArguments = [
  "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

/** A browser with a profile of its own: in private windows storage is another one. It is closed after the test. */
export async function launch(t, folder = fs.mkdtempSync(path.join(os.tmpdir(), "gerbil-storage-"))) {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: chromiumArguments,
  });
  t.after(async () => {
    await context.close();
    fs.rmSync(folder, {recursive: true, force: true, maxRetries: 5});
  });
  return context;
}
/** A private window. */
export async function launchPrivate(t) {
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: chromiumArguments});
  t.after(() => browser.close());
  return browser.newContext();
}
export const serve = models => start(models, {dist, test: here});

/** For a file of tests: servers of `models`, and for each test a browser. `opening()`: how its hub is asked. */
export function inChromium() {
  const world = {
    models: {},
    opening: options => ({endpoint: world.servers.hub, ...options}),
    newPage: () => openPage(world.context, world.servers.page),
  };
  before(async () => { world.servers = await serve(world.models); });
  after(() => world.servers?.close());
  beforeEach(async t => {
    world.context = await launch(t);
    world.servers.log.length = 0;
  });
  return world;
}

/** A page with a worker; `call(method, ...args)` gives the result or throws the error with its code. */
export async function openPage(context, address) {
  const page = await context.newPage();
  const seen = [];
  await page.exposeFunction("seen", progress => seen.push(progress));
  await page.goto(address);
  await page.evaluate(async () => {
    window.seen ??= () => {};
    const worker = new Worker("/worker.mjs", {type: "module"});
    const calls = new Map();
    let last = 0;
    worker.onerror = event => console.error("worker", event.message);
    worker.onmessage = ({data}) => {
      if (data.progress) return window.seen(data);
      const {resolve, reject} = calls.get(data.id);
      data.error ? reject(data.error) : resolve(data.result);
    };
    window.call = (method, ...args) => new Promise((resolve, reject) => {
      calls.set(++last, {resolve, reject});
      worker.postMessage({id: last, method, args});
    });
    window.outcome = (method, args) => call(method, ...args).then(result => ({result}), error => ({error}));
  });
  const call = async (method, ...args) => {
    const {result, error} = await page.evaluate(([method, args]) => window.outcome(method, args), [method, args]);
    if (error) throw Object.assign(new Error(error.message), {code: error.code, kind: error.name});
    return result;
  };
  return {page, call, seen};
}

/** Resolves when `condition()` holds; throws when `call` ends before. */
export async function until(condition, call) {
  let ended = false;
  const end = () => { ended = true; };
  call.then(end, end);
  while (!condition()) {
    if (ended) throw new Error(`It ended before ${condition}: ${await call}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** A promise, and what resolves it. */
export function gate() {
  let open;
  const opened = new Promise(resolve => { open = resolve; });
  return {opened, open};
}

export const modelFolder = name => path.join(repository, "models", name);
