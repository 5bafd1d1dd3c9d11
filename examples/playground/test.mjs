// The playground in Chromium, on WebAssembly: `scripts/env node --test examples/playground/test.mjs`, after
// bindings/js/test/run has installed what it needs. It leaves pictures in build/playground for people to look at.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {after, before, test} from "node:test";
import {hello, launch, open, root, serve} from "../../bindings/js/test/world.mjs";

const pictures = path.join(root, "build/playground");
const site = path.join(pictures, "site");
let server;
let browser;
let address;

before(async () => {
  fs.mkdirSync(pictures, {recursive: true});
  execFileSync(path.join(root, "examples/playground/build"), [site]);
  // Not at the root of its server, as on a page of somebody.
  server = await serve({"/playground/": site}, {isolated: true});
  address = `${server.address}/playground/`;
  browser = await launch({gpu: false});
});
after(async () => {
  await browser?.close();
  server?.close();
});

const ready = page => page.waitForFunction(() => document.getElementById("state").dataset.is === "ready");
const tab = (page, name) => page.getByRole("tab", {name}).click();
const picture = (page, name) => page.screenshot({path: path.join(pictures, `${name}.png`)});
const say = async (page, text) => {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", {name: "Send"}).click();
};
const lastAnswer = page => page.locator("article.assistant").last();
const answered = page => page.locator("article.assistant[aria-busy=false]").last();

async function start(t) {
  const page = await open(t, browser, address);
  await ready(page);
  return page;
}

test("chats, with thoughts folded, numbers below, and the conversation as context", async t => {
  const page = await start(t);
  await say(page, "Hello");
  const answer = lastAnswer(page);
  await answer.locator(".below", {hasText: "tokens/s"}).waitFor();
  assert.equal(await answer.locator(".text").innerText(), hello);
  const thoughts = answer.locator("details.thought");
  assert.equal(await thoughts.getAttribute("open"), null);
  await thoughts.locator("summary").click();
  assert((await thoughts.locator("div").innerText()).length > 10);
  await page.getByText("Settings").click();
  await page.getByLabel("Most tokens").fill("4");
  await say(page, "Tell me a story about a fox");
  await lastAnswer(page).locator(".below", {hasText: /^cut at the most tokens/}).waitFor();
  assert.match(await lastAnswer(page).locator(".below").innerText(), /cached/);
  await picture(page, "chat-settings");
  await page.getByRole("button", {name: "New conversation"}).click();
  assert.equal(await page.locator("article").count(), 0);
});

test("stops", async t => {
  const page = await start(t);
  await page.getByText("Settings").click();
  await page.getByLabel("Temperature").fill("1.9");
  await say(page, "Tell me a long story about a fox and an owl");
  await lastAnswer(page).locator(".text:not(:empty)").waitFor();
  await page.getByRole("button", {name: "Stop", exact: true}).click();
  await answered(page).locator(".below", {hasText: /^stopped/}).waitFor();
  assert.equal(await page.locator("#send").innerText(), "Send");
});

test("what a model or a user writes is never markup", async t => {
  const page = await start(t);
  const made = await page.evaluate(async () => {
    const {markdown} = await import("./page/markdown.js");
    const {h} = await import("./page/elements.js");
    const read = text => h("div", {}, ...markdown(text)).innerHTML;
    return {
      html: read("<img src=x onerror=alert(1)> **<b>bold</b>** [x](javascript:alert(1))"),
      link: read("[fox](https://example.org/a)"),
      all: read("# One\n\n- a\n- `b`\n\n1. c\n\n> d\n\n```js\nlet a = 1 < 2;\n```"),
      open: read("```\nno end"),
    };
  });
  assert(!/<img|<b>|href/.test(made.html), made.html);
  assert.match(made.html, /<strong>&lt;b&gt;bold/);
  assert.match(made.link, /^<p><a href="https:\/\/example.org\/a" rel="noopener noreferrer"/);
  assert.match(made.all, /<h3>One<\/h3><ul><li>a<\/li><li><code>b<\/code><\/li><\/ul><ol><li>c<\/li><\/ol><blockquote><p>d/);
  assert.match(made.all, /<code>let a = 1 &lt; 2;<\/code>/);
  assert.match(made.open, /<code>no end<\/code>/);
});

test("an object satisfies the schema, and the page checks that itself", async t => {
  const page = await start(t);
  await tab(page, "JSON");
  await page.getByRole("button", {name: "Write"}).click();
  await page.getByText("Satisfies the schema").waitFor();
  const fox = JSON.parse(await page.locator("#object-answer").innerText());
  assert.deepEqual(Object.keys(fox), ["name", "age", "colour"]);
  await picture(page, "object");
  await page.getByLabel("JSON schema").fill('{"type": ');
  await page.getByText("This is no JSON schema").waitFor();
  const verdicts = await page.evaluate(async () => {
    const {checkSchema} = await import("./page/check_schema.js");
    const schema = JSON.parse('{"type":"object","properties":{"a":{"type":"integer","maximum":3},"b":{"$ref":"#/$defs/b"}},"required":["a"],"additionalProperties":false,"$defs":{"b":{"type":"array","items":{"enum":["x"]}}}}');
    return [{a: 3, b: ["x"]}, {a: 4}, {b: []}, {a: 1, c: 1}, {a: 1, b: ["y"]}].map(value => checkSchema(schema, value).problems.length)
      .concat(checkSchema({format: "date"}, "x").unchecked);
  });
  assert.deepEqual(verdicts, [0, 1, 1, 1, 1, "format"]);
});

test("searches a file that was dropped", async t => {
  const page = await start(t);
  await tab(page, "Search");
  const text = fs.readFileSync(path.join(root, "examples/semantic_search/notes.txt"), "utf8");
  const dropped = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "traveller.txt", {type: "text/plain"}));
    return transfer;
  }, text);
  await page.dispatchEvent("#drop", "drop", {dataTransfer: dropped});
  await page.getByText("traveller.txt: 42 lines").waitFor();
  await page.getByLabel("What to look for").fill("In which place do foxes dwell?");
  await page.keyboard.press("Enter");
  await page.locator("#hits li").first().waitFor();
  assert.match(await page.locator("#hits li").first().innerText(), /The fox lives in a den[^]*line 3/);
  await picture(page, "search");
});

test("says what the machine is, and measures it", async t => {
  const page = await start(t);
  await tab(page, "Machine");
  const facts = page.locator("#facts");
  await facts.getByText(/WebAssembly SIMD, \d+ thread/).waitFor();
  // What Chromium told after a minute, which is when it had collected garbage.
  await page.evaluate(() => {
    const worker = {scope: "DedicatedWorkerGlobalScope", url: "worker.js"};
    const breakdown = [{attribution: [worker], bytes: 35e6}, {attribution: [{scope: "Window"}], bytes: 8e5}, {attribution: [], bytes: 7e5}];
    performance.measureUserAgentSpecificMemory = async () => ({bytes: 36.5e6, breakdown});
  });
  await page.getByRole("button", {name: "Measure their memory"}).click();
  await facts.getByText("37 MB in all, 35 MB of the engine's workers").waitFor();
  const text = await facts.innerText();
  for (const part of [/GPU\s+This browser has/, /Cross-origin isolated\s+yes/, /5,772,544 parameters/, /weights/])
    assert.match(text, part);
  await page.getByRole("button", {name: "Run the benchmark"}).click();
  await page.getByText("The benchmark is done.").waitFor({timeout: 120000});
  const result = JSON.parse(await page.locator("#bench-result").innerText());
  assert(result.text.tokens_per_second > 0 && result.text.prompt_tokens_per_second > 0);
  assert(result.text.prompt_tokens > 200 && result.text.generated_tokens.length === 3);
  assert.equal(result.isolated, true);
  assert.equal(result.memory.workers, 35e6);
  await picture(page, "machine");
});

test("models: a verdict before a download, what is stored, deleting it", async t => {
  const page = await start(t);
  await tab(page, "Models");
  const stored = page.getByRole("list", {name: "Stored models"});
  await stored.getByText("nano", {exact: true}).waitFor();
  await page.getByRole("button", {name: "Delete nano", exact: true}).click();
  await page.getByText("is in use").waitFor();
  await page.getByRole("button", {name: "Unload nano", exact: true}).click();
  await page.getByRole("button", {name: "Delete nano", exact: true}).click();
  await stored.getByText("nano", {exact: true}).waitFor({state: "detached"});
  await page.getByLabel("Or a model of the hub").fill("./models/nano-embed");
  await page.getByRole("button", {name: "Check"}).click();
  await page.getByText("It fits.").waitFor();
  await picture(page, "models");
  await page.getByRole("button", {name: /^(Download and load|Load)$/}).first().click();
  await page.getByRole("list", {name: "Loaded models"}).getByText(/Search.*nano-embed, on CPU/).waitFor();
  await page.getByLabel("Or a model of the hub").fill("./models/none");
  await page.getByRole("button", {name: "Check"}).click();
  await page.getByText("has no config.json").waitFor();
});

test("360 pixels are wide enough; dark and light differ; tabs have their keys", async t => {
  const page = await start(t);
  const colours = {};
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({colorScheme});
    colours[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }
  assert.notEqual(colours.light, colours.dark);
  await page.setViewportSize({width: 360, height: 700});
  await say(page, "Tell me a story about a fox");
  await answered(page).waitFor();
  await page.getByRole("tab", {name: "Chat"}).focus();
  for (const name of ["Chat", "JSON", "Search", "Models", "Machine"]) {
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
    assert.equal(await page.getByRole("tab", {name}).getAttribute("aria-selected"), "true");
    if (name === "Search") {
      await page.getByRole("button", {name: "Take the sample"}).click();
      await page.getByLabel("What to look for").fill("Who wants a meal?");
      await page.keyboard.press("Enter");
      await page.locator("#hits li").first().waitFor();
      await page.getByRole("tab", {name}).focus();
    }
    const {scrolled, wide} = await page.evaluate(() => ({
      scrolled: document.documentElement.scrollWidth,
      wide: [...document.querySelectorAll("[role=tabpanel]:not([hidden]), #log")].filter(each => each.scrollWidth > each.clientWidth).length,
    }));
    assert.deepEqual({name, scrolled, wide}, {name, scrolled: 360, wide: 0});
    await picture(page, `narrow-${name}`);
    await page.keyboard.press("ArrowRight");
  }
});

test("a new version is offered", async t => {
  const page = await start(t);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const files = path.join(site, "files.js");
  const before = fs.readFileSync(files, "utf8");
  t.after(() => fs.writeFileSync(files, before));
  fs.writeFileSync(files, before.replace(/version: "\w+"/, 'version: "another"'));
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.getByText("There is a new version").waitFor();
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", {name: "Take it"}).click()]);
  await ready(page);
  assert.deepEqual(await page.evaluate(() => caches.keys()), ["gerbil-playground-another"]);
});

test("after the first load all of it works without the server, isolated as before", async t => {
  const page = await start(t); // of somebody who was never here: each page has a profile of its own
  await page.locator("html[data-offline=ready]").waitFor();
  server.close();
  await page.reload();
  await ready(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await say(page, "Hello");
  await answered(page).waitFor();
  assert.equal(await lastAnswer(page).locator(".text").innerText(), hello);
  await tab(page, "Search");
  await page.getByRole("button", {name: "Take the sample"}).click();
  await page.getByText("notes.txt: 42 lines").waitFor();
});
