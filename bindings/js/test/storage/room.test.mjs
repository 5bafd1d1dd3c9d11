// Room for models, in Chromium.
import assert from "node:assert/strict";
import {test} from "node:test";
import {filesOf, hashOf, random} from "./hub.mjs";
import {inChromium, launchPrivate, modelFolder, openPage} from "./world.mjs";

const world = inChromium();

test("the quota is looked up first, and what breaks off by it goes on", async () => {
  world.models["org/big"] = {files: random(40 << 20)};
  const {page, call} = await world.newPage();
  const session = await world.context.newCDPSession(page);
  const quota = quotaSize => session.send("Storage.overrideQuotaForOrigin", {origin: world.servers.page, quotaSize});
  await call("estimate", 5 << 20, 30 << 20);
  await assert.rejects(call("open", "a", "org/big", world.opening()), {
    code: "unavailable",
    message: /needs 41943042 more bytes \(41\.9 MB\), but the browser lets this page store 26214400 more \(26\.2 MB\)/,
  });
  assert.ok(world.servers.log.every(({path}) => path !== "model.safetensors"));

  await call("estimate", 0, 1 << 30);
  await quota(12 << 20);
  await assert.rejects(call("open", "a", "org/big", world.opening()), {
    code: "unavailable", message: /The storage is full: of the 41943042 bytes .* \d{6,} are here, and are kept/,
  });
  assert.equal((await call("listModels"))[0].complete, false);
  await quota(200 << 20);
  const opened = await call("open", "a", "org/big", world.opening());
  assert.ok(opened.told[0].done > 0);
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(world.models["org/big"].files["model.safetensors"]));
});

test("a private window has less room, and says so", async t => {
  world.models["org/big"] = {files: random(40 << 20)};
  const window = await launchPrivate(t);
  const {page, call} = await openPage(window, world.servers.page);
  const session = await window.newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", {origin: world.servers.page, quotaSize: 12 << 20});
  await assert.rejects(call("open", "a", "org/big", world.opening()), {code: "unavailable", message: /The storage is full/});
});

test("without storage a model is in memory, within bounds, and says so", async () => {
  world.models["org/plain"] = {files: random(3 << 20)};
  const {call} = await world.newPage();
  await call("withoutStorage");
  const opened = await call("open", "a", "org/plain", world.opening());
  assert.equal(opened.storage, "memory");
  assert.match(opened.warnings[0], /store nothing, as in private windows: the model is in memory/);
  assert.equal(await call("hash", "a", "model.safetensors"), hashOf(world.models["org/plain"].files["model.safetensors"]));
  await assert.rejects(call("open", "b", "org/plain", world.opening({memoryQuota: 1 << 20})), {code: "unavailable", message: /needs 3145730 more bytes .* memory that stands in for storage takes 10485\d\d more/});
  assert.deepEqual(await call("listModels"), []);
});

test("whether a model can run is said before it is downloaded", async () => {
  world.models["org/nano"] = {files: filesOf(modelFolder("nano"))};
  const {page, call} = await world.newPage();
  const fits = await call("canRun", "org/nano", world.opening({device: "wasm"}));
  assert.equal(fits.verdict, "fits");
  assert.equal(fits.weight_bytes, world.models["org/nano"].files["model.safetensors"].length);
  assert.ok(fits.cache_bytes > 0 && fits.download_bytes > fits.weight_bytes);
  assert.ok(world.servers.log.every(({path}) => path !== "model.safetensors"));
  await call("estimate", 0, 1000);
  const no = await call("canRun", "org/nano", world.opening());
  assert.equal(no.verdict, "no");
  assert.match(no.reasons.join(" "), /3\.5 MB are to be stored, and the browser lets this page keep 1\.0 kB more/);
  await page.evaluate(async () => { window.persistence = await (await import("/dist/storage/index.js")).persist(); });
  assert.match(await page.evaluate(() => window.persistence), /^(granted|refused|asked)$/);
});
