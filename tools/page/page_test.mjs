// The page of gerbil serve in a browser: `scripts/test page`.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {after, before, test} from "node:test";
import {launch, mock, output, pause, pieces, require, serve, streamed} from "./world.mjs";

const chat = "/v1/chat/completions";
let gerbil, browser, fake;
const routes = {};

before(async () => {
  gerbil = await serve();
  browser = await launch();
  fake = await mock(gerbil.address, routes);
});
after(async () => {
  await browser?.close();
  fake?.close();
  await gerbil?.kill();
});

// A page, watched: what it asks for elsewhere, errors, violations of its policy, long tasks and shifts. Nothing of that
// may be, but what `expected` matches.
async function open(t, {address = gerbil.address, state = {}, expected = /$^/, ...options} = {}) {
  const context = await browser.newContext({reducedMotion: "reduce", ...options});
  await context.addInitScript(kept => {
    for (const [key, value] of Object.entries(kept)) localStorage[key] ??= JSON.stringify(value);
    window.seen = {violations: [], tasks: [], shift: 0};
    document.addEventListener("securitypolicyviolation", event => seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    new PerformanceObserver(list => { for (const entry of list.getEntries()) seen.tasks.push(entry.duration); }).observe({type: "longtask"});
    new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value; }).observe({type: "layout-shift"});
  }, state);
  const page = await context.newPage();
  const problems = [];
  page.on("console", message => { if (["error", "warning"].includes(message.type())) problems.push(message.text()); });
  page.on("pageerror", error => problems.push(String(error)));
  page.on("dialog", dialog => { problems.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  context.on("page", other => problems.push(`a window: ${other.url()}`));
  page.on("request", request => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) problems.push(`asked ${request.url()}`); });
  t.after(async () => {
    const seen = await page.evaluate(() => window.seen).catch(() => ({violations: []}));
    await context.close();
    assert.deepEqual(problems.filter(problem => !expected.test(problem)), []);
    assert.deepEqual(seen.violations, []);
  });
  await page.goto(address);
  await page.locator("#model option, dialog[open]").first().waitFor({state: "attached"});
  return page;
}

const box = page => page.getByLabel("Message", {exact: true});
const answers = page => page.locator("article.assistant");
const text = page => answers(page).last().locator(".text");
const ready = page => page.locator("#log[aria-busy=false]").waitFor();
async function say(page, sentence, wait = true) {
  await box(page).fill(sentence);
  await box(page).press("Enter");
  await page.locator("#log[aria-busy=true]").waitFor({timeout: 500}).catch(() => {});
  if (wait) await ready(page);
}
// What the mock was asked, last first.
function recorded(deltas, more) {
  const bodies = [];
  const route = streamed(deltas, more);
  routes[chat] = (request, response, body) => { bodies.unshift(body); return route(request, response, body); };
  return bodies;
}

test("a message is answered, piece by piece, and the conversation stays", async t => {
  const page = await open(t);
  await page.getByRole("button", {name: "Tell me a story about a fox"}).click();
  await ready(page);
  const story = await text(page).innerText();
  assert.ok(story.length > 100, story);
  assert.match(await answers(page).locator(".stats").innerText(), /^\d+ tokens( · [\d,]+ tokens\/s)? · first after [\d.]+ s · \d+ read, \d+ cached$/);
  assert.match(await page.locator("#context").innerText(), /^[\d,]+ \/ 2,048$/);
  await page.reload();
  await answers(page).first().waitFor();
  assert.equal(await text(page).innerText(), story);
  assert.equal(await page.locator("#list .title").innerText(), "Tell me a story about a fox");
});

test("Enter sends, Shift+Enter begins a line, / goes to the message", async t => {
  const bodies = recorded(pieces("Good."));
  const page = await open(t, {address: fake.address});
  await page.locator("#log").focus();
  await page.keyboard.press("/");
  await page.keyboard.type("one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  await page.keyboard.press("Enter");
  await text(page).getByText("Good.").waitFor();
  await ready(page);
  assert.equal(bodies[0].messages[0].content, "one\ntwo");
});

test("Escape and the button stop an answer, what was written stays", async t => {
  recorded(pieces("word ".repeat(2000)), {ms: 5});
  const page = await open(t, {address: fake.address});
  for (const stop of [() => page.keyboard.press("Escape"), () => page.getByRole("button", {name: "Stop"}).click()]) {
    await say(page, "Go on and on", false);
    await text(page).getByText("word word").waitFor();
    await stop();
    await answers(page).last().getByText("This answer was stopped.").waitFor();
    assert.match(await text(page).innerText(), /^word/);
  }
});

test("an answer can be asked for again, and the former one stays beside it", async t => {
  let number = 0;
  recorded(() => pieces(`Answer ${++number}`));
  const page = await open(t, {address: fake.address});
  await say(page, "Hello");
  await page.getByRole("button", {name: "Answer again"}).click();
  await text(page).getByText("Answer 2").waitFor();
  await ready(page);
  assert.equal(await answers(page).count(), 1);
  await page.getByText("2 / 2").waitFor();
  await page.getByRole("button", {name: "The version before"}).click();
  await text(page).getByText("Answer 1").waitFor();
});

test("a message can be edited, and the conversation goes on from there", async t => {
  const bodies = recorded(body => pieces(`You said ${body.messages.at(-1).content}`));
  const page = await open(t, {address: fake.address});
  await say(page, "first");
  await say(page, "second");
  const edit = page.locator("article.user").first().getByRole("button", {name: "Edit"});
  await edit.click();
  await page.getByLabel("Edited message").press("Escape");
  await edit.click();
  await page.getByLabel("Edited message").fill("third");
  await page.getByLabel("Edited message").press("Enter");
  await text(page).getByText("You said third").waitFor();
  await ready(page);
  assert.equal(await answers(page).count(), 1);
  assert.deepEqual(bodies[0].messages.map(message => message.content), ["third"]);
  await page.locator("article.user").getByRole("button", {name: "The version before"}).click();
  assert.equal(await answers(page).count(), 2);
  assert.equal(await text(page).innerText(), "You said second");
});

test("a schema holds, and the answer is set out", async t => {
  const page = await open(t, {state: {"gerbil.open.settings": true}});
  await page.getByText("Answer as JSON").click();
  await page.getByLabel("Answers satisfy this schema").check();
  await say(page, "Invent a person");
  const person = JSON.parse(await answers(page).locator("code").innerText());
  assert.deepEqual(Object.keys(person), ["name", "age"]);
  assert.match(await answers(page).locator("code").innerText(), /^\{\n  "name": ".*",\n  "age": \d+\n\}$/);
});

test("what is wrong with a schema is said at the schema", async t => {
  const page = await open(t, {state: {"gerbil.settings": {json: true}, "gerbil.open.settings": true}, expected: /status of 400/});
  await page.getByText("Answer as JSON").click();
  const schema = page.getByLabel("JSON Schema");
  await schema.fill("{");
  await page.locator("#problem-schema").getByText("This is not JSON yet").waitFor();
  await schema.fill(`{"$ref": "#/missing"}`);
  assert.equal(await page.locator("#problem-schema").innerText(), "");
  await say(page, "Invent a person");
  await page.locator("#problem-schema").getByText("'#/missing'").waitFor();
  await answers(page).getByRole("button", {name: "Try again"}).waitFor();
  assert.equal(await schema.getAttribute("aria-invalid"), "true");
  await schema.fill(`{"enum": ["yes"]}`);
  await answers(page).getByRole("button", {name: "Try again"}).click();
  await answers(page).locator("code").getByText('"yes"').waitFor();
  assert.equal(await answers(page).count(), 1);
});

test("tools are called, and their results go back", async t => {
  const tools = JSON.stringify([{name: "get_weather", parameters: {type: "object", properties: {city: {enum: ["Paris", "Rome"]}}, required: ["city"], additionalProperties: false}}]);
  const page = await open(t, {state: {"gerbil.settings": {tools, tool_choice: "required", temperature: ""}}});
  const sent = page.waitForRequest(request => request.postDataJSON()?.messages.some(message => message.role === "tool"));
  await say(page, "What is the weather?");
  await answers(page).locator(".call .name").getByText("get_weather").waitFor();
  assert.match(await answers(page).locator(".call pre").innerText(), /^\{\n  "city": "(Paris|Rome)"\n\}$/);
  await page.getByLabel("What get_weather gives back").fill(`{"sky": "clear"}`);
  await page.getByRole("button", {name: "Send the result"}).click();
  const {messages} = (await sent).postDataJSON();
  assert.equal(messages[1].tool_calls[0].id, messages[2].tool_call_id);
  assert.equal(messages[2].content, `{"sky": "clear"}`);
  await ready(page);
  await page.locator("article.tool").getByText("clear").waitFor();
});

test("calls are drawn while they are written, thoughts are folded and timed", async t => {
  recorded([...pieces("Let me see.", "reasoning_content"),
    ...[`{"a": [1, `, `2], "b": {}}`].map((arguments_, i) => ({tool_calls: [{index: 0, ...(i ? {} : {id: "c", type: "function"}), function: {...(i ? {} : {name: "f"}), arguments: arguments_}}]}))],
  {finish: "tool_calls", ms: 100});
  const page = await open(t, {address: fake.address});
  await say(page, "Hello");
  assert.match(await page.locator("details.thought summary").innerText(), /^Thought for 0\.\d+ s$/);
  assert.equal(await page.getByText("Let me see.").isVisible(), false);
  await page.locator("details.thought summary").click();
  assert.equal(await page.getByText("Let me see.").isVisible(), true);
  assert.equal(await page.locator(".call pre").innerText(), '{\n  "a": [\n    1,\n    2\n  ],\n  "b": {}\n}');
});

test("settings are kept and sent, wrong ones are said", async t => {
  const bodies = recorded(pieces("Good."));
  const page = await open(t, {address: fake.address, state: {"gerbil.open.settings": true}});
  await page.getByLabel("System prompt").fill("Be kind.");
  await page.getByLabel("Temperature").fill("0.3");
  await page.getByLabel("Max tokens").fill("7");
  await page.getByLabel("Seed").fill("42");
  await page.getByLabel("Thinking").selectOption("off");
  await page.getByLabel("Stop texts").fill("END\n\nFIN");
  await page.reload();
  assert.equal(await page.getByLabel("Temperature").inputValue(), "0.3");
  await say(page, "Hello");
  const {model, messages, stream, stream_options, ...options} = bodies[0];
  assert.deepEqual(options, {temperature: 0.3, top_p: 0.95, max_tokens: 7, seed: 42, enable_thinking: false, stop: ["END", "FIN"]});
  assert.deepEqual(messages, [{role: "system", content: "Be kind."}, {role: "user", content: "Hello"}]);
  assert.equal(model, "nano");
  await page.getByLabel("Top p").fill("3");
  assert.notEqual(await page.locator("#problem-top_p").innerText(), "");
  await say(page, "Hello");
  await answers(page).last().getByText("Top p:").waitFor();
  assert.equal(bodies.length, 1);
});

test("an answer that was cut off says so", async t => {
  const page = await open(t, {state: {"gerbil.settings": {max_tokens: "9"}}});
  await say(page, "Tell me a story");
  await page.getByText("The answer was cut off after 9 tokens, as Max tokens says.").waitFor();
});

test("conversations are listed, renamed, exported and deleted", async t => {
  recorded(pieces("Good."));
  const page = await open(t, {address: fake.address});
  await say(page, "first");
  await page.getByRole("button", {name: "New chat"}).click();
  await say(page, "second");
  const titles = () => page.locator("#list .title").allInnerTexts();
  assert.deepEqual(await titles(), ["second", "first"]);
  const row = title => page.locator("#list li").filter({hasText: title});
  await row("second").hover();
  await page.getByRole("button", {name: "Rename second"}).click();
  await page.getByLabel("Title").fill("zweite");
  await page.keyboard.press("Enter");
  assert.deepEqual(await titles(), ["zweite", "first"]);
  await row("zweite").hover();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", {name: "Export zweite"}).click()]);
  assert.equal(download.suggestedFilename(), "zweite.json");
  assert.deepEqual(JSON.parse(fs.readFileSync(await download.path())).messages.map(message => message.content), ["second", "Good."]);
  await row("zweite").getByRole("button", {name: "zweite", exact: true}).focus();  // without a mouse
  for (let i = 0; i < 3; ++i) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.deepEqual(await titles(), ["first"]);
  await page.getByRole("button", {name: "Undo"}).click();
  assert.deepEqual(await titles(), ["zweite", "first"]);
  await page.getByRole("button", {name: "first", exact: true}).click();
  await page.locator("article.user .body").getByText("first").waitFor();
});

test("a key is asked for where one is needed", async t => {
  const keys = path.join(output, "keys");
  fs.writeFileSync(keys, "secret\n");
  const server = await serve("--api-keys", keys);
  t.after(() => server.kill());
  const page = await open(t, {address: server.address, expected: /status of 401/});
  await page.locator("#key").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByText("The server does not know this key.").waitFor();
  await page.locator("#key").fill("secret");
  await page.keyboard.press("Enter");
  await page.locator("#model option").waitFor({state: "attached"});
  await say(page, "Tell me a story");
  assert.ok((await text(page).innerText()).length > 50);
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("secret")), false);
});

test("a server that is killed in the middle of an answer is said, and asked again when it is back", async t => {
  const server = await serve();
  t.after(() => server.kill());
  const page = await open(t, {address: server.address, expected: /net::ERR/,
    state: {"gerbil.settings": {json: true, schema: `{"type": "array", "items": {"type": "integer"}, "minItems": 400}`}}});
  await say(page, "Count", false);
  await answers(page).locator("code").getByText(/^\[\s+\d+,/).waitFor();
  await server.kill();
  await answers(page).getByText("The server went away in the middle of the answer.").waitFor();
  await page.locator("#state").getByText("the server does not answer").waitFor();
  await answers(page).getByRole("button", {name: "Try again"}).click();
  await answers(page).getByText("The server does not answer. Is gerbil serve still running?").waitFor();
  const again = await serve("--port", new URL(server.address).port);
  t.after(() => again.kill());
  await page.locator("#state[data-is=ready]").waitFor();
  await answers(page).getByRole("button", {name: "Try again"}).click();
  await answers(page).locator("code").getByText(/^\[\s+\d+,/).waitFor();
  await page.keyboard.press("Escape");
  await answers(page).getByText("This answer was stopped.").waitFor();
});

test("a model that is being loaded is said to be", async t => {
  let state = "loading";
  routes["/health"] = (request, response) => {
    response.writeHead(state === "ready" ? 200 : 503, {"Content-Type": "application/json"});
    response.end(JSON.stringify({status: state, models: [{id: "nano", status: state === "ready" ? "loaded" : state}]}));
  };
  t.after(() => delete routes["/health"]);
  const slow = streamed(pieces("Good."));
  routes[chat] = async (...all) => { while (state !== "ready") await pause(50); return slow(...all); };
  const page = await open(t, {address: fake.address, expected: /status of 503/});
  await page.locator("#state").getByText(/^loading nano, \d/).waitFor();
  await say(page, "Hello", false);
  await answers(page).getByText(/loading nano, \d/).waitFor();
  state = "ready";
  await text(page).getByText("Good.").waitFor();
  await page.locator("#state[data-is=ready]").waitFor();
});

test("errors are sentences with a way on", async t => {
  const page = await open(t, {address: fake.address, expected: /status of (429|500)/});
  for (const [status, body, sentence] of [[429, {error: {message: "300 requests wait already."}}, "300 requests wait already."], [500, "oops", "The server answered with status 500."]]) {
    routes[chat] = (request, response) => { response.writeHead(status); response.end(JSON.stringify(body)); };
    await say(page, "Hello");
    await answers(page).last().getByText(sentence).waitFor();
  }
  routes[chat] = (request, response) => { response.writeHead(200); response.end(`data: {"error": {"message": "The device was lost."}}\n\n`); };
  await answers(page).last().getByRole("button", {name: "Try again"}).click();
  await answers(page).last().getByText("The device was lost.").waitFor();
});

test("hostile text changes nothing", async t => {
  const hostile = [
    "<script>document.title = 'owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "<svg onload=alert(1)>",
    "[click](javascript:document.title='owned') [x](data:text/html,<script>1</script>) [y](  JaVaScRiPt:alert(1)) [z](//evil.example/)",
    "![pixel](https://evil.example/pixel.png)", "<https://good.example/a?b=c>", "[ok](https://good.example/)", "<a href=\"javascript:alert(1)\">a</a>",
    "```html\n<script>document.title='owned'</script>\n```", "| <b>a</b> | b |\n|---|---|\n| <iframe src=//evil.example> | `</td>` |",
    "# <style>*{display:none}</style>", "> <meta http-equiv=refresh content='0;url=//evil.example'>", "- <form action=//evil.example><button>x</button></form>"].join("\n\n");
  recorded([{reasoning_content: hostile}, ...pieces(hostile), {tool_calls: [{index: 0, id: "<b>", type: "function", function: {name: "<img src=x onerror=alert(1)>", arguments: `{"<script>": "<script>"}`}}]}], {finish: "tool_calls"});
  const page = await open(t, {address: fake.address});
  await say(page, hostile);
  await page.locator("details.thought summary").click();
  assert.equal(await page.title(), "gerbil");
  const found = await page.locator("#log").evaluate(log => ({
    elements: [...new Set([...log.querySelectorAll("*")].map(element => element.localName))].filter(name => /^(script|img|iframe|style|meta|form|object|b)$/.test(name)),
    links: [...log.querySelectorAll("a")].map(link => `${link.href} ${link.rel} ${link.target}`),
    handlers: [...log.querySelectorAll("*")].flatMap(element => element.getAttributeNames()).filter(name => name.startsWith("on"))}));
  assert.deepEqual(found.elements, []);
  assert.deepEqual(found.handlers, []);
  assert.deepEqual(found.links, ["https://evil.example/pixel.png", "https://good.example/a?b=c", "https://good.example/"].map(link => `${link} noopener noreferrer _blank`));
  assert.ok((await text(page).innerText()).includes("<script>document.title = 'owned'</script>"));
  assert.equal(await page.title(), "gerbil");
});

test("Markdown is drawn, and the same whether it comes in pieces or at once", async t => {
  const markdown = fs.readFileSync(new URL("markdown.md", import.meta.url), "utf8");
  const wanted = fs.readFileSync(new URL("markdown.html", import.meta.url), "utf8");
  const page = await open(t, {address: fake.address});
  const html = () => text(page).evaluate(element => {
    const copy = element.cloneNode(true);
    for (const extra of copy.querySelectorAll(".head button")) extra.remove();
    for (const each of copy.querySelectorAll(".code")) each.replaceWith(Object.assign(document.createElement("pre"), {textContent: `${each.querySelector(".head").textContent}: ${each.querySelector("pre").textContent}`}));
    return [...copy.children].map(child => child.outerHTML).join("\n");
  });
  recorded([...markdown].map(content => ({content})));
  await say(page, "Once");
  const once = await html();
  recorded([{content: markdown}]);
  await say(page, "Again");
  assert.equal(once, await html());
  if (process.env.RECORD) fs.writeFileSync(new URL("markdown.html", import.meta.url), `${once}\n`);
  else assert.equal(`${once}\n`, wanted);
});

// In the processor's time, as other programs may run beside it.
async function longestTask(page, act) {
  await browser.startTracing(page, {categories: ["toplevel"]});
  await act();
  const {traceEvents} = JSON.parse(await browser.stopTracing());
  const main = new Set(traceEvents.filter(event => event.name === "thread_name" && event.args.name === "CrRendererMain").map(event => `${event.pid} ${event.tid}`));
  const tasks = traceEvents.filter(event => event.name.endsWith("RunTask") && event.tdur && main.has(`${event.pid} ${event.tid}`));
  assert.ok(tasks.length > 100);
  return Math.max(...tasks.map(event => event.tdur)) / 1000;
}

test("the page stays quick while it writes", async t => {
  const long = [..."abcdefghij"].map((letter, i) => `## Part ${i}\n\n${`Some *words* of ${letter}, \`code\` and [links](https://example.org). `.repeat(40)}\n\n${"- an item\n".repeat(30)}\n\`\`\`js\n${"const a = f(1); // what\n".repeat(120)}\`\`\`\n\n| a | b |\n|---|---|\n${"| 1 | 2 |\n".repeat(20)}\n`).join("");
  const page = await open(t, {address: fake.address});
  const json = JSON.stringify(Array.from({length: 800}, (_, i) => ({id: i, name: `Name ${i}`, tags: [true, null]})));
  for (const [name, content] of Object.entries({long, json, paragraph: "*some _words `without [end ".repeat(1500), code: `\`\`\`\n${"x".repeat(30000)}\n${"y\n".repeat(5000)}`,
    list: "- an *item*\n  - and [another](https://example.org)\n".repeat(700), table: `| a | b |\n|---|---|\n${"| *1* | `2` |\n".repeat(400)}`,
    quote: "> some *words*\n".repeat(1500), tildes: `${"~".repeat(30000)}\``, spaces: `|a|b|\n${" ".repeat(30000)}|x`, escapes: `\`\`\`\n${'\\"'.repeat(9000)}`,
    marks: "*_**~~`[".repeat(4000), addresses: "https://".repeat(4000)})) {
    recorded((content.match(/[^]{1,40}/g)).map(piece => ({content: piece})), {ms: 0.1});
    await page.getByLabel("Answers satisfy this schema").evaluate((box, on) => { if (box.checked !== on) box.click(); }, name === "json");
    const longest = await longestTask(page, async () => {
      await say(page, "Write", false);
      await page.locator("#log[aria-busy=false]").waitFor({timeout: 120000});
    });
    t.diagnostic(`${name}: ${content.length} characters, longest task ${longest} ms`);
    assert.ok(longest < 50, `${name}: ${longest} ms`);
  }
});

test("what was written before the page was left is kept", async t => {
  recorded([...pieces("word ".repeat(20)), {tool_calls: [{index: 0, id: "c", function: {name: "f", arguments: `{"a`}}]}, ...pieces(" ".repeat(500))], {ms: 10});
  const page = await open(t, {address: fake.address});
  await say(page, "Go on and on", false);
  await answers(page).locator(".call").waitFor();
  await page.reload();
  await answers(page).getByText("This answer was stopped.").waitFor();
  assert.match(await text(page).innerText(), /^word word/);
  assert.equal(await answers(page).locator(".call").count(), 0);
});

test("only models that can chat are offered, and loaded when they are asked", async t => {
  const server = await serve("models/nano-embed");
  t.after(() => server.kill());
  const page = await open(t, {address: server.address});
  assert.deepEqual(await page.locator("#model option").allInnerTexts(), ["nano"]);
  await say(page, "Hello, who are you?");
  await text(page).getByText("nano").waitFor();
  await page.locator("#context").getByText("/ 2,048").waitFor();
});

test("answers and code can be copied", async t => {
  recorded(pieces("Like **this**:\n```sh\nls -l\n```"));
  const page = await open(t, {address: fake.address, permissions: ["clipboard-read", "clipboard-write"]});
  await say(page, "Hello");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", {name: "Copy the code"}).click();
  await page.getByText("Copied").waitFor();
  assert.equal(await copied(), "ls -l");
  await answers(page).getByRole("button", {name: "Copy", exact: true}).click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("Like"));
});

test("a long conversation stays quick", async t => {
  const markdown = fs.readFileSync(new URL("markdown.md", import.meta.url), "utf8");
  const nodes = {};
  for (let i = 0; i < 400; ++i)
    nodes[`n${i}`] = {id: `n${i}`, parent: i ? `n${i - 1}` : null, role: i % 2 ? "assistant" : "user", content: i % 2 ? markdown : `Question ${i}`, finish: "stop"};
  recorded(pieces("Some words of this answer. ".repeat(100)), {ms: 1});
  const page = await open(t, {address: fake.address, state: {"gerbil.open": "long", "gerbil.chats": [{id: "long", title: "Long", updated: 1}], "gerbil.chat.long": {id: "long", title: "Long", nodes, last: "n399"}}});
  await page.waitForFunction(() => { const log = document.querySelector("#log"); return log.scrollHeight > 10000 && log.scrollHeight - log.scrollTop - log.clientHeight < 60; });
  await box(page).fill("Go on");
  const longest = await longestTask(page, async () => {
    await page.keyboard.press("Enter");
    await page.locator("#log[aria-busy=true]").waitFor();
    await ready(page);
  });
  t.diagnostic(`longest task ${longest} ms`);
  assert.ok(longest < 50, `${longest} ms`);
  assert.equal(await page.locator("article").count(), 402);
});

test("on a phone the conversations and the settings lie over the chat", async t => {
  recorded(pieces("Good."));
  const page = await open(t, {address: fake.address, viewport: {width: 390, height: 800}, hasTouch: true, isMobile: true});
  await say(page, "Hello");
  await page.getByRole("button", {name: "Settings", exact: true}).tap();
  assert.equal(await page.locator("main").evaluate(main => main.inert), true);
  await page.getByLabel("Seed").fill("1");
  await page.keyboard.press("Escape");
  assert.equal(await page.getByLabel("Seed").isVisible(), false);
  await page.getByRole("button", {name: "Conversations"}).tap();
  await page.touchscreen.tap(385, 400);
  assert.equal(await page.locator("#chats").isVisible(), false);
  await page.getByRole("button", {name: "Conversations"}).tap();
  await page.getByRole("button", {name: "New chat"}).tap();
  await page.getByText("What shall we talk about?").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("nothing moves while it writes", async t => {
  recorded([...pieces("Let me think.", "reasoning_content"), ...pieces("Some words of this answer. ".repeat(30))], {ms: 3});
  const page = await open(t, {address: fake.address});
  await pause(300);
  await box(page).fill("Write");
  await page.evaluate(() => { seen.shift = 0; });
  await page.getByRole("button", {name: "Send"}).click();
  await pause(600);  // what follows a click at once does not count
  await ready(page);
  assert.match(await answers(page).locator(".stats").innerText(), /^100 tokens · \d+ tokens\/s · first after [\d.]+ s · 200 read, 150 cached$/);
  const {shift} = await page.evaluate(() => seen);
  t.diagnostic(`shift ${shift}`);
  assert.ok(shift < 0.005, `shift ${shift}`);
});

test("who reads above is left there, and can go to the latest", async t => {
  recorded(pieces("A line of this answer.\n\n".repeat(400)), {ms: 3});
  const page = await open(t, {address: fake.address});
  await say(page, "Write", false);
  await page.waitForFunction(() => document.querySelector("#log").scrollTop > 500);
  await page.locator("#log").hover();
  await page.mouse.wheel(0, -400);
  await page.getByRole("button", {name: "To the latest"}).waitFor();
  const top = await page.evaluate(() => document.querySelector("#log").scrollTop);
  await pause(500);
  assert.equal(await page.evaluate(() => document.querySelector("#log").scrollTop), top);
  await page.getByRole("button", {name: "To the latest"}).click();
  await page.waitForFunction(() => { const log = document.querySelector("#log"); return log.scrollHeight - log.scrollTop - log.clientHeight < 60; });
  await page.keyboard.press("Escape");
});

for (const colorScheme of ["light", "dark"])
  test(`axe finds nothing, ${colorScheme}`, async t => {
    const source = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    recorded([...pieces("Let me think.", "reasoning_content"), ...pieces(fs.readFileSync(new URL("markdown.md", import.meta.url), "utf8")),
      {tool_calls: [{index: 0, id: "c", type: "function", function: {name: "f", arguments: `{"a": 1}`}}]}], {finish: "tool_calls"});
    const page = await open(t, {address: fake.address, colorScheme, state: {"gerbil.open.settings": true, "gerbil.settings": {tools: `[{"name": "f"}]`, system: "Be kind.", json: false, schema: "{"}}});
    const check = async () => {
      await page.evaluate(source);
      const {violations} = await page.evaluate(() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}));
      assert.deepEqual(violations.map(({id, nodes}) => [id, ...nodes.map(node => `${node.html} ${node.failureSummary}`)].join("\n")), []);
    };
    await check();
    await page.locator("#settings details").evaluateAll(all => all.forEach(each => { each.open = true; }));
    await say(page, "Hello");
    await page.locator("details.thought summary").click();
    await check();
    await page.setViewportSize({width: 390, height: 800});
    await check();
  });
