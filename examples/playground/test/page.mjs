// The page itself: what it says of machine and models, how it looks, and what it keeps.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {test} from "node:test";
import {answered, hello, lastAnswer, picture, ready, root, say, serve, site, start, tab} from "./world.mjs";

test("says what the machine is, and measures it", async t => {
  const page = await start(t);
  await tab(page, "Machine");
  const facts = page.locator("#facts");
  await facts.getByText(/WebAssembly relaxed SIMD, \d+ thread/).waitFor();
  // What Chromium told after a minute, which is when it had collected garbage.
  await page.evaluate(() => {
    const worker = {scope: "DedicatedWorkerGlobalScope", url: "worker.js"};
    const breakdown = [
      {attribution: [worker], bytes: 35e6},
      {attribution: [{scope: "Window"}], bytes: 8e5},
      {attribution: [], bytes: 7e5},
    ];
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
  assert.doesNotMatch(await page.locator("#verdict").innerText(), /false|undefined/);
  await picture(page, "models");
  await page
    .getByRole("button", {name: /^(Download and load|Load)$/})
    .first()
    .click();
  await page
    .getByRole("list", {name: "Loaded models"})
    .getByText(/Search.*nano-embed, on CPU/)
    .waitFor();
  const folder = path.join(root, "models/nano");
  const files = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
  await page.locator("#model-files").setInputFiles(files.map(file => path.join(folder, file)));
  await page
    .getByRole("list", {name: "Loaded models"})
    .getByText(/Chat.* the files that were chosen, on CPU/)
    .waitFor();
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
      wide: [...document.querySelectorAll("[role=tabpanel]:not([hidden]), #log")].filter(
        each => each.scrollWidth > each.clientWidth,
      ).length,
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

test("a model that is lost is loaded again", async t => {
  t.expected = /gone/;
  const page = await start(t);
  await page.workers()[0].evaluate(
    () =>
      void setTimeout(() => {
        throw new Error("gone");
      }),
  );
  await say(page, "Hello");
  await page
    .getByRole("alert")
    .filter({hasText: /worker has stopped|There is no model/})
    .waitFor();
  assert.equal(await page.getByLabel("Message").inputValue(), "Hello");
  await page.getByRole("button", {name: "Send"}).click();
  await lastAnswer(page).locator(".below", {hasText: "tokens/s"}).waitFor();
  assert.equal(await lastAnswer(page).locator(".text").innerText(), hello);
});

test("after the first load it works without the server, and isolated whatever that was", async t => {
  const bare = await serve({"/playground/": site});
  t.after(() => bare.close());
  const page = await start(t, `${bare.address}/playground/`);
  assert.equal(await page.evaluate(() => crossOriginIsolated), false);
  await page.locator("html[data-offline=ready]").waitFor();
  bare.close();
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
