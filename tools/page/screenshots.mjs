// Pictures of the page for people to look at, into build/page: `node tools/page/screenshots.mjs`.
import fs from "node:fs";
import path from "node:path";
import {launch, mock, output, pieces, serve, streamed} from "./world.mjs";

const markdown = `Both wake you up, but they do it **differently**.

| | Tea | Coffee |
|:--|:--:|--:|
| Caffeine in a cup | 40 mg | 95 mg |
| Temperature | 80 °C | 93 °C |
| Mood | calm | brisk |

## Which one?

1. In the morning: *coffee*.
2. After lunch: green tea, as long as
   - it is not too hot,
   - and nobody adds \`sugar\`.

> Tea is liquid wisdom.

\`\`\`python
def brew(leaves, minutes=3):
    """Steep, and wait."""
    for minute in range(minutes):
        print(f"{minute} …")  # patience
    return Tea(leaves)
\`\`\`

More is at https://en.wikipedia.org/wiki/Tea.`;
const thoughts = "The user wants a comparison. A table is asked for, so caffeine, temperature and mood could be its rows. I keep the rest short, and add a recommendation.";

const gerbil = await serve();
const browser = await launch();
const routes = {};
const fake = await mock(gerbil.address, routes);
const chat = "/v1/chat/completions";

async function picture(name, {scheme = "light", width = 1280, height = 860, address = fake.address, state = {}, act, scale = 1}) {
  const context = await browser.newContext({colorScheme: scheme, viewport: {width, height}, deviceScaleFactor: scale, hasTouch: width < 600, reducedMotion: "reduce"});
  await context.addInitScript(kept => { for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, JSON.stringify(value)); }, state);
  const page = await context.newPage();
  await page.goto(address);
  await page.locator("#model option, dialog[open]").first().waitFor({state: "attached"});
  await act?.(page);
  await page.screenshot({path: path.join(output, `${name}.png`)});
  await context.close();
}

async function say(page, text, wait = true) {
  await page.getByLabel("Message", {exact: true}).fill(text);
  await page.keyboard.press("Enter");
  if (wait) await page.locator("#log[aria-busy=false]").waitFor();
}

const others = {"gerbil.chats": ["A haiku about the desert", "Names for a gerbil", "Why the sky is blue"].map((title, i) => ({id: `x${i}`, title, updated: i}))};
const compare = async page => { routes[chat] = streamed([...pieces(thoughts, "reasoning_content"), ...pieces(markdown)], {ms: 2}); await say(page, "Compare tea and coffee in a table"); };

await picture("empty", {state: others});
await picture("desktop-light", {state: others, act: compare});
await picture("desktop-dark", {state: others, scheme: "dark", act: compare});
await picture("phone", {width: 390, height: 800, act: compare});
await picture("phone-dark-settings", {width: 390, height: 800, scheme: "dark", act: page => page.getByRole("button", {name: "Settings"}).click()});
await picture("phone-chats", {width: 390, height: 800, state: others, act: page => page.getByRole("button", {name: "Conversations"}).click()});
await picture("thinking", {state: others, act: async page => {
  routes[chat] = streamed(pieces(thoughts, "reasoning_content"), {ms: 60});
  await say(page, "Compare tea and coffee in a table", false);
  await page.locator("details.thought summary").click();
  await page.waitForTimeout(1200);
}});
await picture("calls", {state: {...others, "gerbil.settings": {tools: `[{"name": "get_weather", "parameters": {"type": "object"}}]`}, "gerbil.open.settings": true}, act: async page => {
  routes[chat] = streamed([...pieces("I look it up.", "reasoning_content"), {tool_calls: [{index: 0, id: "c1", type: "function", function: {name: "get_weather", arguments: `{"city": "Ulan Bator",`}}]},
    {tool_calls: [{index: 0, function: {arguments: ` "days": 3}`}}]}], {finish: "tool_calls", ms: 20});
  await say(page, "Will it snow where gerbils come from?");
}});
await picture("schema", {address: gerbil.address, state: {...others, "gerbil.settings": {json: true}, "gerbil.open.settings": true}, act: async page => {
  await page.getByText("Answer as JSON").click();
  await page.getByText("Sampling").click();
  await say(page, "Invent a person with a name and an age");
}});
await picture("schema-error", {address: gerbil.address, state: {"gerbil.settings": {json: true, schema: `{"type": "object", "properties": {"name": {"$ref": "#/missing"}}}`}, "gerbil.open.settings": true}, act: page => say(page, "Invent a person")});
await picture("story-dark", {scheme: "dark", address: gerbil.address, state: others, act: page => say(page, "Tell me a story about a fox")});
await picture("cut", {address: gerbil.address, state: {"gerbil.settings": {max_tokens: "30"}}, act: page => say(page, "Tell me a story about a fox")});
await picture("error", {state: others, act: async page => {
  routes[chat] = async (request, response) => {
    response.writeHead(200, {"Content-Type": "text/event-stream"});
    for (const delta of pieces("Once upon a time there was a fox who")) response.write(`data: ${JSON.stringify({choices: [{index: 0, delta}]})}\n\n`);
    setTimeout(() => response.destroy(), 300);
  };
  routes["/health"] = (request, response) => response.destroy();
  await say(page, "Tell me a story about a fox");
  await page.waitForTimeout(500);
  delete routes["/health"];
}});
const keys = path.join(output, "keys");
fs.writeFileSync(keys, "secret\n");
const keyed = await serve("--api-keys", keys);
await picture("key", {address: keyed.address.replace("127.0.0.1", "localhost"), scheme: "dark"});
// The one of docs/images: nano itself, whose likeliest answers are always the same.
await picture("docs", {address: gerbil.address, width: 1180, height: 760, state: {"gerbil.settings": {temperature: "", schema: `{
  "type": "object",
  "properties": {
    "title": {
      "type": "string",
      "maxLength": 30
    },
    "hero": {
      "enum": ["a fox", "an owl",
               "a gerbil"]
    },
    "happy": {"type": "boolean"}
  },
  "required": ["title", "hero",
               "happy"]
}`}}, act: async page => {
  await say(page, "Hello, who are you?");
  await say(page, "Tell me a short story about a gerbil");
  await page.getByRole("button", {name: "Settings", exact: true}).click();
  await page.getByText("Sampling").click();
  await page.getByText("Instructions").first().click();
  await page.getByText("Answer as JSON").click();
  await page.getByLabel("Answers satisfy this schema").check();
  await say(page, "Invent an animal of a story");
}});
await browser.close();
fake.close();
await Promise.all([gerbil.kill(), keyed.kill()]);
