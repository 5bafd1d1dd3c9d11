// A Next application, built by Turbopack and by webpack: hooks in the browser, and the package imported on the server.
import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";
import {place, run, start} from "./apps.mjs";
import {hello, launch, open} from "./world.mjs";

let browser;
before(async () => {
  browser = await launch({gpu: false});
});
after(() => browser?.close());

for (const bundler of ["turbopack", "webpack"])
  describe(bundler, () => {
    let server;
    before(async () => {
      const folder = place("next");
      run("production", folder, "next", "build", `--${bundler}`);
      server = await start("production", folder, "next", "start", "--port", "5184");
    });
    after(() => server?.close());

    test("the server renders it, and the browser chats", async t => {
      const page = await open(t, browser, server.address);
      assert.equal(await page.textContent("#server"), "function");
      await page.locator("#chat[data-status=ready]").waitFor();
      await page.locator("#chat button").click();
      await page.locator("#chat .assistant", {hasText: hello}).waitFor();
      await page.locator("#chat[data-stored='1']").waitFor();
    });
  });
