// The first program of the README, as it stands there but with nano, in an empty Vite application.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {test} from "node:test";
import {place, run} from "./apps.mjs";
import {launch, open, root, serve} from "./world.mjs";

test("a streaming chat", async t => {
  const [, program] = /^```js\n(.*?)^```/ms.exec(fs.readFileSync(path.join(root, "bindings/js/README.md"), "utf8"));
  assert.match(program, /"Qwen\/Qwen3-0\.6B"/);
  const folder = place("readme");
  fs.writeFileSync(path.join(folder, "main.js"), program.replace("Qwen/Qwen3-0.6B", "/models/nano"));
  run("production", folder, "vite", "build");
  const server = await serve({"/": path.join(folder, "dist")});
  t.after(() => server.close());
  const browser = await launch({gpu: false});
  t.after(() => browser.close());
  const page = await open(t, browser, server.address);
  await page.waitForFunction(() => /\w+ \w+.*\.$/.test(document.body.textContent.trim()));
  assert.match(await page.title(), /^load 100 %$/);
});
