// WebKit: the package's calls, threads, and errors that are caught.
import assert from "node:assert/strict";
import {test} from "node:test";
import {inWebKit} from "./webkit.mjs";
import {hello} from "./world.mjs";

for (const isolated of [false, true])
  test(`WebKit ${isolated ? "with" : "without"} threads`, async () => {
    const made = await inWebKit(
      async () => {
        const downloads = [];
        const onProgress = ({stage}) => downloads.push(stage);
        const model = await Gerbil.load("/models/nano", {onProgress});
        const pieces = [];
        const stream = model.stream("Hello", {max_tokens: 64});
        for await (const piece of stream) pieces.push(piece);
        const refused = await model.generate("Hello", {max_tokens: -1}).catch(error => error.code);
        const missing = await Gerbil.load("/models/nobody").catch(error => error.code);
        const stop = new AbortController();
        const cancelled = model
          .generate("Hello", {signal: stop.signal, onText: () => stop.abort()})
          .catch(error => error.name);
        const embedder = await Gerbil.load("/models/nano-embed");
        const similarity = await embedder.similarity("Where do foxes dwell?", ["A fox lives in a den.", "The lamp is new."]);
        const {device, backend, fallback, warnings} = model.info();
        return {
          text: pieces.join(""), count: pieces.length, refused, missing, cancelled: await cancelled, similarity, device, backend, fallback, warnings,
          stages: [...new Set(downloads)], memory: (await model.statistics()).wasm_bytes, cores: navigator.hardwareConcurrency,
        };
      },
      {isolated},
    );
    assert.equal(made.text, hello);
    assert.ok(made.count > 5);
    assert.deepEqual([made.refused, made.missing, made.cancelled], ["invalid_argument", "not_found", "AbortError"]);
    assert.ok(made.similarity[0] > 0.6 && made.similarity[1] < 0.3);
    const threads = isolated ? Math.min(made.cores, 8) : 1;
    assert.equal(made.device, `CPU, WebAssembly relaxed SIMD, ${threads} thread${threads === 1 ? "" : "s"}`);
    assert.deepEqual([made.backend, made.fallback], ["wasm", "This browser has no WebGPU."]);
    assert.deepEqual(made.stages, ["download", "load"]);
    assert.ok(made.memory > 30e6 && made.memory < 300e6);
    assert.match(made.warnings.join(" "), /store nothing, as in private windows/);
  });
