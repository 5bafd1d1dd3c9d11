// What the engines are asked: texts whose tokens are the same to all of them.
import fs from "node:fs";

// The same numbers in [0, 1) every time (mulberry32).
function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Returns prompt(tokens), a new text each time, so that no engine finds its beginning in a cache. Every word is one
// token with the space before it.
export function promptMaker(tokenizerFile) {
  const {model} = JSON.parse(fs.readFileSync(tokenizerFile, "utf8"));
  const words = Object.keys(model.vocab).filter((token) => /^Ġ[a-z]{3,}$/.test(token) && !token.startsWith("Ġnumber"));
  const random = randomNumbers(1);
  return (tokens) => Array.from({length: tokens}, () => words[Math.floor(random() * words.length)].replace("Ġ", " ")).join("");
}

// Returns texts(count, tokens): {texts, ids}, by the tokenizer of bench/random_encoder.py, whose words are their ids.
export function textMaker(vocabulary = 30522) {
  const random = randomNumbers(2);
  return (count, tokens) => {
    const ids = Array.from({length: count}, () => Array.from({length: tokens}, () => 2 + Math.floor(random() * (vocabulary - 2))));
    return {ids, texts: ids.map((text) => text.map((id) => `t${id}`).join(" "))};
  };
}
