// A page that webpack builds, with nothing set but its entry; isolated, so that threads find their script, too.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {place, run} from "./apps.mjs";
import {launch, open, serve} from "./world.mjs";

let folder, browser;
before(async () => {
  folder = place("webpack");
  const said = run("production", folder, "webpack", "--config", "webpack.config.mjs");
  assert.match(said, /compiled (successfully|with .* warning)/);
  browser = await launch({gpu: false});
});
after(() => browser?.close());

for (const isolated of [false, true])
  test(isolated ? "isolated" : "not isolated", async t => {
    const server = await serve({"/": folder}, {isolated});
    t.after(() => server.close());
    const page = await open(t, browser, server.address);
    await page.waitForFunction(() => document.title === "done");
    assert.match(
      await page.textContent("body"),
      /Hello! I am nano, the small model built into gerbil\. What can I do for you\?/,
    );
    assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
  });
