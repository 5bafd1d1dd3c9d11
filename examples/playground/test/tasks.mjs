// What the models are asked for.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {test} from "node:test";
import {answered, hello, lastAnswer, picture, root, say, start, tab} from "./world.mjs";

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
  await lastAnswer(page)
    .locator(".below", {hasText: /^cut at the most tokens/})
    .waitFor();
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
  await answered(page)
    .locator(".below", {hasText: /^stopped/})
    .waitFor();
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
  assert.match(
    made.all,
    /<h3>One<\/h3><ul><li>a<\/li><li><code>b<\/code><\/li><\/ul><ol><li>c<\/li><\/ol><blockquote><p>d/,
  );
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
  assert.match(await page.locator("#object-verdict").innerText(), /^✓ Satisfies the schema\.\s+\d+ tokens · .*$/);
  await picture(page, "object");
  await page.getByLabel("JSON schema").fill('{"type": ');
  await page.getByText("This is no JSON schema").waitFor();
  const verdicts = await page.evaluate(async () => {
    const {checkSchema} = await import("./page/check_schema.js");
    const schema = {
      type: "object",
      properties: {a: {type: "integer", maximum: 3}, b: {$ref: "#/$defs/b"}},
      required: ["a"],
      additionalProperties: false,
      $defs: {b: {type: "array", items: {enum: ["x"]}}},
    };
    return [{a: 3, b: ["x"]}, {a: 4}, {b: []}, {a: 1, c: 1}, {a: 1, b: ["y"]}]
      .map(value => checkSchema(schema, value).problems.length)
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
