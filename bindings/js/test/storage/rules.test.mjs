// What needs no browser: hashes, names, which files are needed, and what fits.
import assert from "node:assert/strict";
import {createHash, randomBytes} from "node:crypto";
import path from "node:path";
import {test} from "node:test";
import {dist} from "./world.mjs";

const from = name => import(path.join(dist, "storage", name));
const {sha256} = await from("sha256.js");
const {parseModelName, folderName} = await from("name.js");
const {isInnerPath, printable, shownBytes} = await from("text.js");
const {nextPage, readCommit} = await from("listing.js");
const {neededFiles} = await from("selection.js");
const {judge} = await from("can_run.js");
const {modelFacts} = await from("model_facts.js");
const {memoryOptions, platformOf} = await from("../platform.js");

test("SHA-256 of bytes in pieces", () => {
  for (const size of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000, 100_003]) {
    const bytes = randomBytes(size);
    for (const cut of [0, 1, size >> 1, size]) {
      const hash = sha256();
      hash.add(bytes.subarray(0, cut));
      hash.add(bytes.subarray(cut));
      assert.equal(hash.finish(), createHash("sha256").update(bytes).digest("hex"), `${size} bytes, cut at ${cut}`);
    }
  }
});

test("names of models", () => {
  const base = "https://example.org/app/";
  const parse = (...args) => parseModelName(...args, ...Array(3 - args.length - 1).fill(undefined), base);
  assert.deepEqual(parse("Qwen/Qwen3-0.6B"), {kind: "hub", id: "Qwen/Qwen3-0.6B", revision: "main"});
  assert.deepEqual(parse("gpt2@v1/x"), {kind: "hub", id: "gpt2", revision: "v1/x"});
  assert.deepEqual(parse("gpt2", "dev"), {kind: "hub", id: "gpt2", revision: "dev"});
  assert.deepEqual(parse("/models/nano"), {kind: "url", id: "https://example.org/models/nano/", revision: ""});
  assert.deepEqual(parse("../nano/#x"), {kind: "url", id: "https://example.org/nano/", revision: ""});
  for (const wrong of ["", "a/b/c", "a//b", "a--b", "a..b", ".a", "a/.b", "a b", "a@", "a@..", "a@-/../x", "a@x:y", "a@\u202e", "x".repeat(97), "https://user@example.org/x", "https://example.org/?x", "file:///etc"])
    assert.throws(() => parse(wrong), {code: "invalid_argument"}, wrong);
  assert.throws(() => parse("gpt2@a", "b"), {message: /The revision is 'a' in 'gpt2@a', and 'b' besides/});
  assert.throws(() => parse("/x", "b"), {message: /has no revision/});
  const folders = ["A/b", "a/b", "a_b", "a/b@dev"].map(name => folderName(parse(name)).toLowerCase());
  assert.equal(new Set(folders).size, folders.length);
  for (const folder of folders) assert.match(folder, /^[\w.-]{1,100}$/);
});

test("texts of strangers", () => {
  for (const inner of ["a", "a/b.json", "ä/日本", "..a"]) assert.ok(isInnerPath(inner), inner);
  for (const outer of ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a\\b", "a\0", "a\n", "a\u202eb", "a\u0085", "x".repeat(241), "x/".repeat(600) + "x"])
    assert.ok(!isInnerPath(outer), JSON.stringify(outer));
  assert.equal(printable("a\u001b[31mb"), "a [31mb");
  assert.deepEqual([0, 999, 1000, 12_345, 999_999, 5e12].map(shownBytes), ["0 bytes", "999 bytes", "1.0 kB", "12.3 kB", "1.0 MB", "5.0 TB"]);
  assert.equal(nextPage('<https://a/b>; rel="prev", <https://a/c?d=e,f>; rel="next"'), "https://a/c?d=e,f");
  assert.equal(nextPage('<https://a/b>; rel="prev"'), "");
  assert.throws(() => readCommit('{"sha": "x"}', "here", "main"), {code: "corrupt"});
  assert.throws(() => readCommit(JSON.stringify({sha: "a".repeat(40)}), "here", "b".repeat(40)), {code: "corrupt"});
});

test("the files that are needed", async () => {
  const needed = async (names, texts = {}) => {
    const files = new Map(names.map(name => [name, {path: name, url: "", size: 1, hash: null, tag: ""}]));
    return (await neededFiles(files, async name => texts[name], "It")).map(file => file.path);
  };
  assert.deepEqual(await needed(["config.json", "model.safetensors", "model.bin", "README.md", "model-1.safetensors", "tokenizer.json"]),
    ["config.json", "model.safetensors", "tokenizer.json"]);
  const index = {"model.safetensors.index.json": '{"weight_map": {"a": "model-2.safetensors"}}'};
  assert.deepEqual(await needed(["config.json", ...Object.keys(index), "model-1.safetensors", "model-2.safetensors"], index),
    ["config.json", "model-2.safetensors", "model.safetensors.index.json"]);
  assert.deepEqual(await needed(["config.json", "model-1.safetensors", "other.safetensors", "sub/model.safetensors"]),
    ["config.json", "model-1.safetensors"]);
  const modules = {"modules.json": '[{"path": "0_Transformer"}, {"path": "../x"}, {"path": ""}]'};
  assert.deepEqual(await needed(["modules.json", "0_Transformer/model.safetensors", "0_Transformer/config.json", "x/config.json"], modules),
    ["0_Transformer/config.json", "0_Transformer/model.safetensors", "modules.json"]);
  await assert.rejects(needed(["config.json", "pytorch_model.bin"]), {code: "unsupported", message: /no weights in safetensors; it has \.bin files/});
  await assert.rejects(needed(["model.safetensors"]), {code: "unsupported", message: /It has no config\.json/});
  await assert.rejects(needed(["modules.json", "model.safetensors"], {"modules.json": "{}"}), {code: "corrupt"});
});

test("what fits", () => {
  const config = JSON.stringify({
    architectures: ["Qwen3ForCausalLM"], hidden_size: 1024, vocab_size: 151_936, num_hidden_layers: 28, num_attention_heads: 16,
    num_key_value_heads: 8, head_dim: 128, max_position_embeddings: 40_960, torch_dtype: "bfloat16", tie_word_embeddings: true,
  });
  const qwen = modelFacts([{path: "model.safetensors", size: 1_192_099_840}, {path: "config.json", size: 700}], config, 1_192_100_540);
  assert.equal(qwen.cachePerToken, 114_688);
  const room = {usage: 0, quota: 1e11};
  const gpu = {maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31};
  const desktop = {platform: "desktop", safari: false, deviceMemory: 8 * 2 ** 30, memory64: false, room, gpu};
  const verdict = (device, options) => judge(qwen, {...desktop, ...device}, options);

  const fits = verdict({});
  assert.deepEqual([fits.verdict, fits.dtype, fits.device, fits.weight_bytes], ["fits", "none", "webgpu", 1_192_099_840]);
  const phone = verdict({platform: "ios", safari: true, deviceMemory: null});
  assert.equal(phone.dtype, "int4");
  assert.equal(phone.weight_bytes, Math.round((155_582_464 * 9 + (596_049_920 - 155_582_464) * 5) / 8));
  assert.equal(phone.verdict, "fits");
  assert.equal(phone.cache_bytes, 2048 * 114_688);
  assert.match(phone.reasons.join(" "), /^Safari deletes/);
  const long = verdict({platform: "ios", safari: true, deviceMemory: null}, {context_length: 8192});
  assert.equal(long.verdict, "no");
  assert.match(long.reasons.join(" "), /needs about 1\.5 GB of memory, and a tab on iOS may take 1\.5 GB\. The KV cache takes 940 MB of that: a smaller context_length \(8192 now\) needs less\. Safari deletes/);
  assert.match(verdict({platform: "ios", deviceMemory: null}, {context_length: 4096}).reasons[0], /1\.1 GB of memory, which is most of the 1\.5 GB that a tab on iOS may take/);
  assert.equal(verdict({platform: "ios", deviceMemory: null}, {dtype: "none"}).verdict, "no");
  assert.equal(verdict({platform: "android", deviceMemory: 2 * 2 ** 30}).verdict, "tight");
  assert.equal(verdict({platform: "android", deviceMemory: 2 ** 30}).verdict, "no");
  assert.equal(verdict({gpu: {...gpu, maxBufferSize: 2 ** 28}}).verdict, "no");
  assert.equal(verdict({gpu: {...gpu, maxBufferSize: 2 ** 28}}, {dtype: "int4"}).verdict, "fits");
  assert.equal(verdict({gpu: null}).device, "wasm");
  assert.equal(verdict({gpu: null}, {device: "webgpu"}).verdict, "no");
  assert.equal(verdict({gpu: null}, {cache_tokens: 30_000}).verdict, "no");
  assert.equal(verdict({gpu: null, memory64: true}, {cache_tokens: 30_000}).verdict, "tight");
  assert.equal(verdict({room: {usage: 1e9, quota: 2e9}}).verdict, "no");
  assert.equal(judge({...qwen, weights: 6e9}, desktop).verdict, "tight");
  assert.equal(judge({...qwen, quantized: true}, {...desktop, platform: "ios"}).dtype, "none");
  assert.deepEqual(modelFacts([], "no JSON", 0), {weights: 0, download: 0, weightBytes: 2, quantized: false, embedding: 0, separateHead: false, cachePerToken: 0, contextLength: 0});
  assert.equal(platformOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5), "ios");
  assert.equal(platformOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0), "desktop");
  assert.deepEqual(memoryOptions("desktop", {cache_tokens: 9, dtype: "auto"}), {context_length: undefined, cache_tokens: 9});
  assert.deepEqual(memoryOptions("android", {}), {context_length: 2048, cache_tokens: 2048});
  assert.deepEqual(memoryOptions("ios", {context_length: 512}), {context_length: 512, cache_tokens: 512});
});

test("files are read in blocks, whatever is asked for", async () => {
  const {readAhead} = await from("read_ahead.js");
  const bytes = Uint8Array.from({length: 20 * 2 ** 19 + 77}, (_, i) => (i * 31 + (i >> 9)) & 255);
  let reads = 0;
  const file = readAhead({
    read(into, at) {
      ++reads;
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    close() {},
  }, bytes.length);
  const check = (at, length) => {
    const into = new Uint8Array(length);
    const count = file.read(into, at);
    assert.equal(count, Math.max(0, Math.min(length, bytes.length - at)));
    assert.ok(Buffer.from(into.subarray(0, count)).equals(bytes.subarray(at, at + count)), `${length} bytes at ${at}`);
  };
  for (let at = 0; at < 2 ** 19; at += 4096) check(at, 4096);
  assert.equal(reads, 1);
  for (const at of [2 ** 19 - 5, 7 * 2 ** 19, 3, bytes.length - 9, bytes.length, 19 * 2 ** 19 + 2 ** 18]) check(at, 100);
  for (let turn = 0; turn < 2; ++turn) for (let block = 0; block < 20; ++block) check(block * 2 ** 19 + 11 * block, 3000); // more than are kept
  check(2 ** 19 + 1, 2 ** 20 + 3);
});

test("models that need more than 4 GiB on the CPU", async () => {
  const {wantsMemory64} = await from("../worker/size.js");
  const config = Buffer.from(JSON.stringify({architectures: ["LlamaForCausalLM"], hidden_size: 64, vocab_size: 100, torch_dtype: "bfloat16"}));
  const read = (at, into) => (into.set(config.subarray(at, at + into.length)), into.length);
  const files = size => [{path: "config.json", size: config.length, read}, {path: "model.safetensors", size, read: () => 0}];
  assert.equal(wantsMemory64(files(6e9), {quantize: "none"}), true);
  assert.equal(wantsMemory64(files(6e9), {quantize: "int4"}), false);
  assert.equal(wantsMemory64(files(2e9), {quantize: "none"}), false);
  assert.equal(wantsMemory64(files(6e9).slice(1), {quantize: "none"}), true);
});
