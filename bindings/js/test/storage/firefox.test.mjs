// Storage in Firefox, where a file is opened by one tab at a time.
import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {test} from "node:test";
import {launchFirefox} from "./firefox.mjs";
import {filesOf} from "./hub.mjs";
import {modelFolder, openPage, serve} from "./world.mjs";

test("two tabs of Firefox download a model once and read it at once", async t => {
  const files = filesOf(modelFolder("nano-embed"));
  const servers = await serve({"org/nano-embed": {files}});
  t.after(() => servers.close());
  const firefox = await launchFirefox(t);
  const [first, second] = [await openPage(firefox, servers.page), await openPage(firefox, servers.page)];
  const options = {endpoint: servers.hub};
  const opened = await Promise.all([first, second].map(({call}) => call("open", "a", "org/nano-embed", options)));
  assert.equal(servers.log.filter(({path}) => path === "config.json").length, 1);
  for (const {call} of [first, second])
    for (const shared of [false, true])
      for (const {path} of opened[0].files)
        assert.equal(await call("hash", "a", path, shared), createHash("sha256").update(files[path]).digest("hex"), path);
  await assert.rejects(second.call("deleteModel", "org/nano-embed"), {code: "unavailable"});
  await first.page.close();
  servers.log.length = 0;
  const third = await openPage(firefox, servers.page);
  assert.equal((await third.call("open", "a", "org/nano-embed", {endpoint: "http://localhost:9"})).storage, "opfs");
  assert.deepEqual(servers.log, []);
  await third.call("close", "a");
  await second.call("close", "a");
  assert.equal(await third.call("deleteModel", "org/nano-embed"), true);
  assert.equal(await third.page.evaluate(async () => (await import("/dist/storage/index.js")).persist()), "asked");
});
