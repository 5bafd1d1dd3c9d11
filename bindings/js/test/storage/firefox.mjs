// Firefox by WebDriver BiDi, as much as these tests need: Playwright's asks more of it than Debian's Firefox has.
// Reference: https://w3c.github.io/webdriver-bidi
import {spawn} from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {createInterface} from "node:readline";

/** A browser with a profile of its own, which is closed after the test; newPage() is like Playwright's. */
export async function launchFirefox(t, preferences = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "gerbil-firefox-"));
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  fs.writeFileSync(path.join(profile, "user.js"), lines.join(""));
  const firefox = spawn(process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], {stdio: ["ignore", "ignore", "pipe"]});
  const ended = new Promise(resolve => firefox.once("exit", resolve));
  t.after(async () => {
    firefox.kill();
    await ended;
    fs.rmSync(profile, {recursive: true, force: true, maxRetries: 5});
  });
  const send = await connect(await listening(firefox));
  await send("session.new", {capabilities: {}});
  return {newPage: () => openTab(send)};
}

async function listening(firefox) {
  for await (const line of createInterface(firefox.stderr)) {
    const address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error("Firefox ended without WebDriver BiDi.");
}

async function connect(address) {
  const socket = new WebSocket(`${address}/session`);
  const waiting = new Map();
  let last = 0;
  socket.onmessage = ({data}) => {
    const {id, type, result, error, message} = JSON.parse(data);
    const call = waiting.get(id);
    if (call) type === "success" ? call.resolve(result) : call.reject(new Error(`${error}: ${message}`));
  };
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  return (method, params) => new Promise((resolve, reject) => {
    waiting.set(++last, {resolve, reject});
    socket.send(JSON.stringify({id: last, method, params}));
  });
}

async function openTab(send) {
  const {context} = await send("browsingContext.create", {type: "tab"});
  const evaluate = async (run, argument) => {
    const expression = `(${run})(${JSON.stringify(argument)}).then(value => JSON.stringify(value ?? null))`;
    const {result, exceptionDetails} = await send("script.evaluate", {expression, target: {context}, awaitPromise: true});
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  };
  return {
    evaluate,
    goto: url => send("browsingContext.navigate", {context, url, wait: "complete"}),
    exposeFunction: () => {},
    close: () => send("browsingContext.close", {context}),
  };
}
