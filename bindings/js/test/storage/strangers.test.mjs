// What servers and storage may say, in Chromium.
import assert from "node:assert/strict";
import {test} from "node:test";
import {hashOf, random, token} from "./hub.mjs";
import {inChromium} from "./world.mjs";

const world = inChromium();

test("refusals say what to do", async () => {
  world.models["org/gated"] = {files: random(1000), gated: true};
  world.models["org/gguf"] = {files: {"config.json": Buffer.from("{}"), "model.gguf": Buffer.from("x")}};
  world.models["org/busy"] = {files: random(1000), behave: () => ({status: 429})};
  world.models["org/later"] = {files: random(1000), behave: () => ({status: 503, headers: {"retry-after": "3600"}})};
  const {call} = await world.newPage();
  const refused = (model, code, message, options) => assert.rejects(call("open", "a", model, world.opening(options)), {kind: "GerbilError", code, message});
  await refused("org/gated", "denied", /is gated \(Access is restricted\): accept its terms at .*\/org\/gated, and give a token/);
  await refused("org/none", "not_found", /has no model 'org\/none', or it is private/);
  await refused("org/gguf", "unsupported", /has no weights in safetensors; it has GGUF files/);
  await refused("org/gguf@v9", "not_found", /has no revision 'v9'/);
  await refused("org/busy", "overloaded", /answered with status 429\. It was tried 3 times/);
  await refused("org/later", "overloaded", /come back in 3600 seconds/);
  await refused("org/busy", "unavailable", /cannot be reached/, {endpoint: "http://localhost:9"});
  await refused("../etc", "not_found", /has no config\.json/);
  await refused("org/../x", "invalid_argument", /is no model of the hub/);
  await refused("org/gguf", "invalid_argument", /token has characters/, {token: "hf\nx"});

  assert.equal((await call("open", "b", "org/gated", world.opening({token}))).files.length, 2);
  assert.ok(world.servers.log.every(({host, authorization}) => !authorization || !host || world.servers.hub.endsWith(host)));
});

test("what a hub says is bounded", async () => {
  const hash = "0".repeat(40);
  const odd = (listing, message, code = "corrupt") => ({listing, message, code});
  const file = (path, size = 2, oid = hash) => ({type: "file", path, size, oid});
  const cases = {
    up: odd([file("../config.json")], /'\.\.\/config\.json' does not stay/),
    inside: odd([file("a/../../config.json")], /does not stay/),
    root: odd([file("/etc/passwd")], /does not stay/),
    backslash: odd([file("a\\b")], /does not stay/),
    hidden: odd([file("config\u202e.json")], /does not stay/),
    long: odd([file("a".repeat(300))], /does not stay/),
    negative: odd([file("config.json", -1)], /"size" is -1/),
    huge: odd([file("config.json", 1e18)], /"size" is 1000000000000000000/),
    hash: odd([file("config.json", 2, "../../x")], /"oid" is '\.\.\/\.\.\/x'/),
    untracked: odd([file("config.json"), file("model.safetensors", 2 ** 40)], /not in Git LFS/, "unsupported"),
    room: odd([file("config.json"), {...file("model.safetensors"), lfs: {oid: "0".repeat(64), size: 2 ** 50}}], /needs 1125899906842626 more bytes/, "unavailable"),
    templates: odd([file("config.json"), {...file("model.safetensors"), lfs: {oid: "0".repeat(64), size: 2}},
      ...Array.from({length: 2500}, (_, i) => file(`additional_chat_templates/${i}.jinja`))], /needs 2502 files/, "unsupported"),
  };
  const {call} = await world.newPage();
  for (const [name, {listing, message, code}] of Object.entries(cases)) {
    world.models[`odd/${name}`] = {files: {}, listing};
    await assert.rejects(call("open", "a", `odd/${name}`, world.opening()), {code, message}, name);
  }
});

test("what is damaged in storage is downloaded again", async () => {
  world.models["org/kept"] = {files: random(1 << 20)};
  const {page, call} = await world.newPage();
  const empty = what => page.evaluate(async what => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("gerbil-models");
    for await (const folder of models.values())
      for await (const file of folder.values())
        if (what === file.name || what === (await file.getFile()).size) await (await file.createWritable()).close();
  }, what);
  await call("open", "a", "org/kept", world.opening());
  for (const what of ["manifest.json", 1 << 20]) {
    await call("close", "a");
    await empty(what);
    assert.equal((await call("listModels"))[0].complete, false, what);
    await call("open", "a", "org/kept", world.opening());
    assert.equal(await call("hash", "a", "model.safetensors"), hashOf(world.models["org/kept"].files["model.safetensors"]));
  }
});
