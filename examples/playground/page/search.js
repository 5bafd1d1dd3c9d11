// Semantic search: every line of a text becomes a vector, and those are shown that are closest to the query's.
import {cosine} from "../gerbil/index.js";
import {$, bytes, fill, grouped, h, sentence} from "./elements.js";
import {need, noteFailure, state} from "./engine.js";

const mostBytes = 4e6;
const mostLines = 20000;
const atOnce = 32; // texts a call, so that it can be told how far it is
const shownHits = 8;

let index = null; // {name, lines: [{number, text}], vectors, model}
let control = null;

const say = text => ($("search-state").textContent = text);

function linesOf(text) {
  const all = text.split(/\r?\n/).map((line, i) => ({number: i + 1, text: line.trim()}));
  const lines = all.filter(line => line.text !== "");
  if (lines.length === 0) throw new Error("There is no text in this file.");
  if (lines.length > mostLines)
    throw new Error(
      `The file has ${grouped(lines.length)} lines, and this page searches ${grouped(mostLines)} at most.`,
    );
  return lines;
}

async function makeIndex(name, lines) {
  control?.abort();
  const mine = (control = new AbortController());
  index = null;
  fill($("hits"));
  $("search-form").hidden = true;
  say("The search model is needed …");
  const model = await need("search");
  const begun = performance.now();
  const vectors = [];
  for (let i = 0; i < lines.length; i += atOnce) {
    const texts = lines.slice(i, i + atOnce).map(line => line.text);
    const made = await model.embed(texts, {task: "document", truncate: true, signal: mine.signal});
    vectors.push(...made.embeddings);
    say(`Reading ${name}: ${grouped(vectors.length)} of ${grouped(lines.length)} lines`);
  }
  const took = (performance.now() - begun) / 1000;
  index = {name, lines, vectors, model};
  say(`${name}: ${grouped(lines.length)} lines, ${grouped(Math.round(lines.length / took))} lines a second.`);
  $("search-form").hidden = false;
  $("query").focus();
}

// What was stopped was so for another text, which has its own line by now.
function showFailure(error) {
  if (error?.name !== "AbortError") say(sentence(error));
  noteFailure("search", error);
}

async function take(name, read) {
  try {
    await makeIndex(name, linesOf(await read()));
  } catch (error) {
    showFailure(error);
  }
}

function takeFile(file) {
  if (!file) return;
  take(file.name, async () => {
    if (file.size > mostBytes)
      throw new Error(`The file has ${bytes(file.size)}, and this page reads ${bytes(mostBytes)} at most.`);
    return file.text();
  });
}

function hit({line, score}) {
  const share = Math.max(0, Math.min(1, score));
  return h(
    "li",
    {},
    h("meter", {value: share, ariaLabel: "Cosine"}),
    h("span.score", {}, score.toFixed(3)),
    h("span", {}, line.text),
    h("span.number", {}, `line ${line.number}`),
  );
}

async function search() {
  const query = $("query").value.trim();
  if (!query || !index) return;
  try {
    // Vectors of two models have nothing in common.
    if (state.search?.model !== index.model) await makeIndex(index.name, index.lines);
    const {
      embeddings: [asked],
    } = await index.model.embed(query, {task: "query", truncate: true});
    const {lines, vectors} = index;
    const scored = lines.map((line, i) => ({line, score: cosine(asked, vectors[i])}));
    scored.sort((a, b) => b.score - a.score);
    fill($("hits"), ...scored.slice(0, shownHits).map(hit));
  } catch (error) {
    showFailure(error);
  }
}

$("search-form").addEventListener("submit", event => {
  event.preventDefault();
  search();
});
$("search-file").addEventListener("change", event => {
  takeFile(event.target.files[0]);
  event.target.value = "";
});
$("search-sample").addEventListener("click", () => take("notes.txt", async () => (await fetch("notes.txt")).text()));

const panel = $("search");
panel.addEventListener("dragover", event => {
  event.preventDefault();
  $("drop").classList.add("over");
});
panel.addEventListener("dragleave", () => $("drop").classList.remove("over"));
panel.addEventListener("drop", event => {
  event.preventDefault();
  $("drop").classList.remove("over");
  takeFile(event.dataTransfer.files[0]);
});
