// Models that are not of a hub, in Chromium.
import assert from "node:assert/strict";
import {test} from "node:test";
import {filesOf, hashOf, random} from "./hub.mjs";
import {gate, inChromium, modelFolder, until} from "./world.mjs";

const world = inChromium();

test("a model of any server is found by the names of its files", async () => {
  const shards = random(1000);
  const index = {weight_map: {a: "model-1.safetensors", b: "model-2.safetensors"}};
  world.models["my/nano-embed"] = {files: filesOf(modelFolder("nano-embed"))};
  world.models["my/shards"] = {files: {
    "config.json": Buffer.from("{}"), "model.safetensors.index.json": Buffer.from(JSON.stringify(index)),
    "model-1.safetensors": shards["model.safetensors"], "model-2.safetensors": shards["model.safetensors"],
  }};
  const application = {headers: {"content-type": "text/html"}, body: Buffer.from("<!doctype html>")};
  world.models["my/application"] = {files: world.models["my/shards"].files, behave: file => world.models["my/shards"].files[file] ? {} : application};
  const {call} = await world.newPage();
  const open = (key, path) => call("open", key, path, {base: `${world.servers.page}/index.html`});
  const opened = await open("a", "/models/my/nano-embed");
  assert.equal(opened.model, `${world.servers.page}/models/my/nano-embed/`);
  assert.equal(opened.files.length, 9);
  for (const {path} of opened.files)
    assert.equal(await call("hash", "a", path), hashOf(world.models["my/nano-embed"].files[path]), path);
  for (const name of ["shards", "application"])
    assert.deepEqual((await open(name, `./models/my/${name}/`)).files.map(file => file.path),
      ["config.json", "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json"]);
  await assert.rejects(open("b", "./models/my/none"), {code: "not_found", message: /none\/ has no config\.json/});

  index.weight_map.c = "../../secret.safetensors";
  world.models["my/shards"].files["model.safetensors.index.json"] = Buffer.from(JSON.stringify(index));
  await call("close", "shards");
  await call("deleteModel", "./models/my/shards", {base: `${world.servers.page}/`});
  await assert.rejects(open("b", "./models/my/shards"), {code: "corrupt", message: /names the file '\.\.\/\.\.\/secret/});
});

// The page's own origin, and another one, where no If-Range goes.
for (const host of ["localhost", "127.0.0.1"])
  test(`a file that changes while it is downloaded begins again, of ${host}`, async () => {
    const old = random(20 << 20), changed = random(20 << 20);
    const address = `${world.servers.page.replace("localhost", host)}/models/my/changing`;
    const stop = gate();
    const model = {files: {...old}, behave: file => file === "model.safetensors" ? {until: at => at >= 12 << 20 ? stop.opened : undefined} : {}};
    world.models["my/changing"] = model;
    const {call, seen} = await world.newPage();
    const one = call("open", "a", address);
    await until(() => seen.some(({value}) => value.done > 8 << 20), one);
    await Promise.all([assert.rejects(one, {code: "cancelled"}), call("abort", "a")]);
    stop.open();

    // In the middle of the next download, which goes on with the old one. The configuration changes with it.
    let asked = 0;
    model.behave = (file, request) => {
      if (file === "model.safetensors" && request.method === "GET" && ++asked === 1)
        model.files = {...changed, "config.json": Buffer.from('{"new": true}')};
      return {};
    };
    await call("open", "a", address);
    for (const file of ["config.json", "model.safetensors"])
      assert.equal(await call("hash", "a", file), hashOf(model.files[file]), file);
    const stored = (await call("listModels"))[0];
    assert.ok(stored.complete && stored.bytes < 21 << 20, `${stored.bytes} bytes are stored`);
  });

test("files that the user chose are a model", async () => {
  const {page, call} = await world.newPage();
  const names = ["config.json", "model.safetensors", "1_Pooling/config.json", "modules.json", "picture.svg", "a/../b.json"];
  const open = paths => page.evaluate(([paths]) => window.outcome("openChosen", ["a", paths.map(path => {
    const file = new File([path === "modules.json" ? '[{"path": ""}, {"path": "1_Pooling"}, {"path": "../x"}]' : path], path.split("/").at(-1));
    Object.defineProperty(file, "webkitRelativePath", {value: `folder/${path}`});
    return file;
  })]), [paths]);
  // What is in File beside its bytes does not go to a worker: there a page's files have no folder.
  const {result} = await open(names.filter(name => !name.includes("/")));
  assert.deepEqual(result.files.map(file => file.path), ["config.json", "model.safetensors", "modules.json"]);
  assert.equal(result.storage, "chosen");
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf("model.safetensors"));
  assert.match((await open(["config.json"])).error.message, /The folder that was chosen has no weights in safetensors/);
  assert.deepEqual(await page.evaluate(async names => {
    const {chosenFiles} = await import("/dist/storage/index.js");
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("chosen", {create: true});
    for (const name of names) {
      const [file, parent] = name.split("/").reverse();
      const place = parent ? await folder.getDirectoryHandle(parent, {create: true}) : folder;
      await (await (await place.getFileHandle(file, {create: true})).createWritable()).close();
    }
    return (await chosenFiles(folder)).map(({path}) => path).sort();
  }, names.slice(0, 5)), names.slice(0, 5).sort());
});
