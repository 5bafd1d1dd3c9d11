// The engine in WebAssembly says what it says natively: logits of the goldens within their bounds, and nano's tokens.
import assert from "node:assert/strict";
import {test} from "node:test";
import {cases, compareGoldens, tokensInPage} from "./parity.mjs";
import {tokensOfProgram} from "./program.mjs";

for (const wasm of ["gerbil", "gerbil.relaxed", "gerbil.memory64"])
  test(`the logits of every golden on ${wasm}.wasm`, () => compareGoldens(cases, {wasm}));

// Fused sums of relaxed SIMD round otherwise, which decides between two words that are equally likely.
test("with quantised activations WebAssembly answers as the CPU does", async () => {
  assert.deepEqual(await tokensInPage({wasm: "gerbil"}, false), tokensOfProgram("cpu", false));
});
