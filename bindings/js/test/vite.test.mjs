// The hooks in a React application that Vite builds, and as its development server gives it, where React's strict mode
// mounts everything twice.
import assert from "node:assert/strict";
import path from "node:path";
import {after, before, describe, test} from "node:test";
import {place, run, start} from "./apps.mjs";
import {hello, launch, open, serve} from "./world.mjs";

// Asks for a story, and presses another button as soon as its first words, in answer `number`, are shown.
const storyUntilText = (page, number, button) =>
  page.evaluate(
    ([number, button]) => {
      const chat = document.querySelector("#chat");
      const {promise, resolve} = Promise.withResolvers();
      const observer = new MutationObserver(() => {
        if (!chat.querySelectorAll(".assistant")[number]?.textContent) return;
        observer.disconnect();
        chat.querySelector(button).click();
        resolve();
      });
      observer.observe(chat, {subtree: true, childList: true, characterData: true});
      chat.querySelector(".story").click();
      return promise;
    },
    [number, button],
  );

const places = {
  async build() {
    const folder = place("vite");
    run("production", folder, "vite", "build");
    return serve({"/": path.join(folder, "dist")});
  },
  development: () => start("development", place("vite"), "vite", "--port", "5183"),
};

for (const [name, begin] of Object.entries(places))
  describe(name, () => {
    let server, browser;
    before(async () => {
      server = await begin();
      browser = await launch({gpu: false});
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });
    async function page(t) {
      const page = await open(t, browser, server.address);
      await page.locator("#chat[data-status=ready]").waitFor();
      return page;
    }
    const idle = (page, id) => page.locator(`${id}[data-running=false]`).waitFor();

    test("one engine for all hooks, which goes some time after the last", async t => {
      const tab = await page(t);
      assert.equal(tab.workers().length, 1);
      const loads = await tab.evaluate(
        () => performance.getEntriesByType("resource").filter(({name}) => name.endsWith("/model.safetensors")).length,
      );
      assert(loads <= 1);
      await Promise.all([tab.workers()[0].waitForEvent("close"), tab.locator("#toggle").click()]);
      await tab.locator("#toggle").click();
      await tab.locator("#chat[data-status=ready]").waitFor();
      assert.equal(tab.workers().length, 1);
    });

    test("useChat answers, goes on, stops and asks again", async t => {
      const tab = await page(t);
      const answers = tab.locator("#chat .assistant");
      await tab.locator("#chat .send").click();
      await tab.getByText(hello).waitFor();
      await idle(tab, "#chat");
      await storyUntilText(tab, 1, ".stop");
      await idle(tab, "#chat");
      const stopped = await answers.nth(1).textContent();
      assert(stopped.length > 0);
      await tab.locator("#chat .again").click();
      await tab.waitForFunction(
        length => document.querySelectorAll("#chat .assistant")[1]?.textContent.length > length,
        stopped.length,
      );
      await idle(tab, "#chat");
      assert.equal(await answers.count(), 2);
      assert((await answers.nth(1).textContent()).startsWith(stopped));
      assert.equal(await tab.locator("#chat .user").count(), 2);
      await storyUntilText(tab, 2, ".send"); // which ends the answer before
      await answers.nth(3).waitFor({state: "attached"}); // whatever it says to that
      await idle(tab, "#chat");
      const roles = await tab.locator("#chat p").evaluateAll(found => found.map(({className}) => className));
      assert.deepEqual(roles, Array(4).fill(["user", "assistant"]).flat());
      assert.equal(await tab.locator("#chat .error").count(), 0);
    });

    test("useCompletion, and what it does with an error", async t => {
      const tab = await page(t);
      await tab.locator("#completion .start").click();
      await tab.locator("#completion .text", {hasText: hello}).waitFor();
      await tab.locator("#completion .wrong").click();
      await tab.locator("#completion .error", {hasText: "temperature"}).waitFor();
      await tab.locator("#completion .start").click();
      await tab.locator("#completion .text", {hasText: hello}).waitFor();
      assert.equal(await tab.locator("#completion .error").count(), 0);
    });

    test("useObject shows an object that grows", async t => {
      const tab = await page(t);
      await tab.locator("#object .start").click();
      await tab.locator("#object .text", {hasText: "age"}).waitFor();
      await idle(tab, "#object");
      assert.deepEqual(Object.keys(JSON.parse(await tab.locator("#object .text").textContent())), ["name", "age"]);
    });

    test("useEmbedding loads another model when it is first used", async t => {
      const tab = await page(t);
      await tab.locator("#embedding[data-status=idle]").waitFor();
      await tab.locator("#embedding .start").click();
      await tab.locator("#embedding .text", {hasText: "0."}).waitFor();
      const [near, far] = (await tab.locator("#embedding .text").textContent()).split(" ").map(Number);
      assert(near > 0.6 && far < 0.3);
    });

    test("useAutocomplete suggests for what was typed last", async t => {
      const tab = await page(t);
      const input = tab.locator("#autocomplete input");
      await input.pressSequentially("Once upon a time there was a", {delay: 5});
      await tab.locator("#autocomplete .text", {hasText: /\w/}).waitFor();
      const suggestion = await tab.locator("#autocomplete .text").textContent();
      await input.press("Enter");
      assert.equal(await input.inputValue(), "Once upon a time there was a" + suggestion);
      assert.equal(await tab.locator("#autocomplete .text").textContent(), "");
    });
  });
