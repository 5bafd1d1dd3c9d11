// Downloads that break off, in Chromium.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {test} from "node:test";
import {commit, filesOf, hashOf, random} from "./hub.mjs";
import {gate, inChromium, launch, modelFolder, openPage, until} from "./world.mjs";

const world = inChromium();

test("a model is downloaded, checked, and opened again without network", async () => {
  world.models["org/nano-embed"] = {files: filesOf(modelFolder("nano-embed"))};
  const {page, call} = await world.newPage();
  const first = await call("open", "a", "org/nano-embed", world.opening());
  assert.equal(first.storage, "opfs");
  assert.equal(first.commit, commit);
  assert.deepEqual(first.files.map(file => file.path), [
    "1_Pooling/config.json", "config.json", "config_sentence_transformers.json", "model.safetensors", "modules.json",
    "sentence_bert_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
  ]);
  for (const {path} of first.files)
    assert.equal(await call("hash", "a", path), hashOf(world.models["org/nano-embed"].files[path]), path);
  assert.equal(await call("hash", "a", "model.safetensors", true), hashOf(world.models["org/nano-embed"].files["model.safetensors"]));
  const last = first.told.at(-1);
  assert.equal(last.done, first.bytes);
  assert.equal(last.total, first.bytes);
  await page.close();

  world.servers.log.length = 0;
  const again = await world.newPage();
  const second = await again.call("open", "a", "org/nano-embed@main", world.opening({endpoint: "http://localhost:9"}));
  assert.deepEqual(second.files, first.files);
  assert.deepEqual(world.servers.log, []);
  assert.deepEqual((await again.call("listModels")).map(({id, revision, complete}) => ({id, revision, complete})),
    [{id: "org/nano-embed", revision: "main", complete: true}]);
  const usage = await again.call("storageUsage");
  assert.ok(usage.models >= first.bytes && usage.quota > usage.usage);
});

test("a download goes on where a page was closed", async () => {
  const files = random(40 << 20);
  const stop = gate();
  world.models["org/large"] = {files, behave: file => file === "model.safetensors" ? {until: at => at >= 30 << 20 || (at >= 10 << 20 && at < 16 << 20) ? stop.opened : undefined} : {}};
  const first = await world.newPage();
  const one = first.call("open", "a", "org/large", world.opening());
  await until(() => first.seen.some(({value}) => value.done > 20 << 20), one);
  await Promise.all([assert.rejects(one), first.page.close()]);
  stop.open();

  world.models["org/large"].behave = undefined;
  const second = await world.newPage();
  const [listed] = await second.call("listModels");
  assert.equal(listed.complete, false);
  world.servers.log.length = 0;
  const opened = await second.call("open", "a", "org/large", world.opening());
  assert.ok(opened.told[0].done >= 8 << 20, `it began at ${opened.told[0].done}`);
  assert.ok(opened.told[0].done < opened.told[0].total);
  assert.equal(await second.call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.ok(world.servers.log.some(({path, range}) => path === "model.safetensors" && /^bytes=[1-9]/.test(range)));
});

test("a download goes on where the browser crashed", async t => {
  const files = random(20 << 20);
  const stop = gate();
  world.models["org/crash"] = {files, behave: file => file === "model.safetensors" ? {until: at => at >= 12 << 20 ? stop.opened : undefined} : {}};
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "gerbil-storage-"));
  const crashing = await launch(t, profile);
  const first = await openPage(crashing, world.servers.page);
  const one = first.call("open", "a", "org/crash", world.opening());
  await until(() => first.seen.some(({value}) => value.done >= 9 << 20), one);
  const session = await crashing.newCDPSession(first.page);
  await Promise.all([assert.rejects(one), assert.rejects(session.send("Browser.crash"))]);
  stop.open();

  const {call} = await openPage(await launch(t, profile), world.servers.page);
  const opened = await call("open", "a", "org/crash", world.opening());
  assert.ok(opened.told[0].done >= 8 << 20 && opened.told[0].done < opened.told[0].total, `it began at ${opened.told[0].done}`);
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
});

test("connections that break are taken up again", async () => {
  const files = random(33 << 20);
  let cuts = 0;
  world.models["org/cut"] = {files, behave: file => file === "model.safetensors" && ++cuts <= 6 ? {cut: 3 << 20} : {}};
  const {call} = await world.newPage();
  await call("open", "a", "org/cut", world.opening());
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.ok(cuts > 6);
});

test("a server without ranges gives one stream, which begins again when it breaks", async () => {
  const files = random(33 << 20);
  let asked = 0;
  world.models["org/plain"] = {files, behave: file => file === "model.safetensors" ? {ranges: false, ...(++asked === 1 && {cut: 20 << 20})} : {}};
  const {call} = await world.newPage();
  await call("open", "a", "org/plain", world.opening());
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.equal(asked, 2);
});

test("a server that stops to have ranges in the middle gives the right file", async () => {
  const files = random(50 << 20);
  let asked = 0;
  world.models["org/mixed"] = {files, behave: file => file === "model.safetensors" ? {ranges: ++asked < 3, ...(asked < 3 && {cut: 5 << 20})} : {}};
  const {call} = await world.newPage();
  await call("open", "a", "org/mixed", world.opening());
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
});

test("a damaged download is tried again, and in the end given up and not kept", async () => {
  const files = random(1 << 20);
  const wrong = Buffer.from(files["model.safetensors"]);
  wrong[1000] ^= 1;
  let asked = 0;
  world.models["org/damaged"] = {files, behave: file => file === "model.safetensors" && ++asked <= 2 ? {body: wrong} : {}};
  const {call} = await world.newPage();
  await call("open", "a", "org/damaged", world.opening());
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.equal(asked, 3);

  const small = Buffer.from("{ }");
  world.models["org/small"] = {files, behave: file => file === "config.json" ? {body: small.subarray(0, 2).fill("x")} : {}};
  await assert.rejects(call("open", "b", "org/small", world.opening()), {code: "corrupt", message: /config\.json has not the hash .* not kept/});
  assert.equal((await call("listModels")).find(model => model.id === "org/small").complete, false);
});

test("a server that goes silent is asked again", async () => {
  const files = random(2 << 20);
  const stop = gate();
  let asked = 0;
  world.models["org/silent"] = {files, behave: file => file === "model.safetensors" && ++asked === 1 ? {until: at => at >= 1 << 20 ? stop.opened : undefined} : {}};
  const {call} = await world.newPage();
  await call("open", "a", "org/silent", world.opening({patience: {attempts: 3, firstWait: 20, longestWait: 1000, stall: 500}}));
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
  assert.ok(asked > 1);
});

test("busy servers are tried again", async () => {
  let asked = 0;
  world.models["org/once"] = {files: random(1000), behave: file => file === "config.json" && ++asked <= 2 ? {status: 429, headers: {"retry-after": "0"}} : {}};
  const {call} = await world.newPage();
  await call("open", "a", "org/once", world.opening());
  assert.equal(asked, 3);
});

test("a download that is aborted is kept", async () => {
  const files = random(20 << 20);
  const stop = gate();
  world.models["org/aborted"] = {files, behave: file => file === "model.safetensors" ? {until: at => at >= 10 << 20 ? stop.opened : undefined} : {}};
  const {call, seen} = await world.newPage();
  const one = call("open", "a", "org/aborted", world.opening());
  await until(() => seen.some(({value}) => value.done > 5 << 20), one);
  await Promise.all([assert.rejects(one, {code: "cancelled"}), call("abort", "a")]);
  stop.open();
  const opened = await call("open", "a", "org/aborted", world.opening());
  assert.ok(opened.told[0].done > 5 << 20);
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(files["model.safetensors"]));
});
