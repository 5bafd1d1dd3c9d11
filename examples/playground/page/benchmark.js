// The benchmark: always the same work on the models that are loaded, and its result as data.
import {need, state} from "./engine.js";
import {gpuFacts} from "./facts.js";

const rounds = 3;
const story = "The fox lives in a den under the ground. It hunts mice at night, and sleeps when the sun is up. ";
const request = "Tell me a long story about this fox.";
const promptTokens = 256;
const answerTokens = 64;
const texts = 32;

const middle = numbers => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

// Of about as many tokens on any model. What differs stands first, so that nothing of it is in the cache.
async function promptOf(model, round) {
  const opening = `${round} ${Date.now()} `;
  const {length} = await model.tokenize(story, {add_special: false});
  return `${opening}${story.repeat(Math.ceil(promptTokens / length))}\n\n${request}`;
}

async function textModel(model, say, signal) {
  const results = [];
  for (let round = 0; round <= rounds; ++round) {
    say(round === 0 ? "Warming up …" : `Text, round ${round} of ${rounds} …`);
    const prompt = await promptOf(model, round);
    const raw = !model.info().has_chat_template;
    results.push(await model.generate(prompt, {raw, max_tokens: answerTokens, temperature: 0, signal}));
  }
  const warm = results.slice(1);
  const of = name => middle(warm.map(({timings}) => timings[name]));
  return {
    prompt_tokens: warm[0].prompt_tokens,
    generated_tokens: warm.map(result => result.generated_tokens),
    cached_tokens: warm.map(result => result.cached_tokens),
    time_to_first_token: of("time_to_first_token"),
    prompt_tokens_per_second: of("prefill_tokens_per_second"),
    tokens_per_second: of("decode_tokens_per_second"),
  };
}

async function searchModel(model, say, signal) {
  const input = Array.from({length: texts}, (_, i) => `${i}. ${story}`);
  const speeds = [];
  for (let round = 0; round <= rounds; ++round) {
    say(`Embeddings, round ${round} of ${rounds} …`);
    const {seconds, tokens} = await model.embed(input, {truncate: true, signal});
    speeds.push({texts: texts / seconds, tokens: tokens / seconds});
  }
  const warm = speeds.slice(1);
  return {
    texts,
    texts_per_second: middle(warm.map(each => each.texts)),
    tokens_per_second: middle(warm.map(each => each.tokens)),
  };
}

const facts = [
  "backend",
  "device",
  "fallback",
  "parameters",
  "quantization",
  "weight_bytes",
  "cache_bytes",
  "arena_bytes",
  "load_seconds",
  "dispatches_per_token",
  "readbacks_per_token",
];

function factsOf({name, model}) {
  const info = model.info();
  return {name, ...Object.fromEntries(facts.map(fact => [fact, info[fact]]))};
}

/**
 * Runs it: medians of three rounds after one that does not count. `say` is told how far it is; `memory` is what was
 * measured before, or null. Times in seconds, sizes in bytes.
 */
export async function benchmark(say, signal, memory) {
  const model = await need("text");
  const text = {...factsOf(state.text), ...(await textModel(model, say, signal))};
  const search = state.search && {...factsOf(state.search), ...(await searchModel(state.search.model, say, signal))};
  return {
    version: site.version, // of the page, from files.js
    date: new Date().toISOString(),
    browser: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    isolated: crossOriginIsolated,
    gpu: await gpuFacts(),
    memory,
    text,
    ...(search && {search}),
  };
}
