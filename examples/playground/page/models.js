// Which models are loaded, what else can be loaded, and what the browser stores.
import {canRun, deleteModel, listModels, persist, storageUsage} from "../gerbil/index.js";
import {$, bytes, fill, h, sentence} from "./elements.js";
import {builtIn, load, shortName, unload, watch} from "./engine.js";

const uses = {text: "Chat and JSON", search: "Search"};
const options = () => ({device: $("model-device").value, dtype: $("model-dtype").value});
const button = (label, onclick, more = {}) => h("button.plain", {type: "button", onclick, ...more}, label);

// What goes wrong is said in the line of the state, too.
async function take(source, name) {
  fill($("verdict"));
  await load(source, name, options()).catch(error => showProblem(sentence(error)));
}

const showProblem = text => fill($("verdict"), text && h("p.problem", {}, text));

const verdicts = {fits: "It fits.", tight: "It may run, and may end with an error.", no: "It will not run here."};

async function check() {
  const name = $("model-name").value.trim();
  fill($("verdict"), h("p", {}, `Asking about ${name} …`));
  try {
    const {verdict, reasons, download_bytes, memory_bytes} = await canRun(name, {...options(), base: document.baseURI});
    const isStored = download_bytes === 0;
    const download = isStored ? "Stored already" : `${bytes(download_bytes)} to download`;
    const sizes = `${download}, about ${bytes(memory_bytes)} of memory.`;
    const label = `${isStored ? "Load" : "Download and load"}${verdict === "no" ? " anyway" : ""}`;
    fill(
      $("verdict"),
      h("p", {className: verdict}, h("strong", {}, verdicts[verdict]), ` ${sizes}`),
      reasons.length > 0 && h("ul", {}, ...reasons.map(reason => h("li", {}, reason))),
      button(label, () => take(name, name)),
    );
  } catch (error) {
    showProblem(sentence(error));
  }
}

function loadedRow(place, {text, search}) {
  const found = {text, search}[place];
  const loaded = found ? ` ${found.name}, on ${found.model.info().device}` : " nothing is loaded";
  const what = h("span", {}, h("strong", {}, uses[place]), loaded);
  return h("li", {}, what, found && button("Unload", () => unload(place), {ariaLabel: `Unload ${found.name}`}));
}

function storedRow(model, problem) {
  const {id, revision, bytes: size, complete} = model;
  const name = shortName(id);
  const remove = async () => {
    try {
      await deleteModel(id, revision ? {revision} : {});
      await showStored();
    } catch (error) {
      problem.textContent = sentence(error);
    }
  };
  const source = revision && revision !== "main" ? `${id}@${revision}` : id;
  return h(
    "li",
    {},
    h("span", {}, h("strong", {}, name), ` ${bytes(size)}${complete ? "" : ", not whole yet"}`),
    button(complete ? "Load" : "Go on", () => take(source, name), {ariaLabel: `Load ${name}`}),
    button("Delete", remove, {ariaLabel: `Delete ${name}`}),
  );
}

async function showStored() {
  const [models, {usage, quota, persisted}] = await Promise.all([listModels(), storageUsage()]);
  const problem = h("p.problem", {role: "alert"});
  const rows = models.length ? models.map(model => storedRow(model, problem)) : [h("li", {}, "None.")];
  fill($("stored"), ...rows, problem);
  const room = usage !== null && quota !== null ? `${bytes(usage)} of ${bytes(quota)} are used. ` : "";
  const keep = async () => {
    const answer = await persist();
    if (answer === "granted") showStored();
    else problem.textContent = answer === "asked" ? "The browser asks you." : "The browser does not promise that.";
  };
  const fate = `The browser ${persisted ? "keeps" : "may delete"} them when the disk gets full.`;
  fill($("storage"), h("span", {}, room, fate), !persisted && button("Keep them", keep));
}

$("model-form").addEventListener("submit", event => {
  event.preventDefault();
  check();
});
for (const element of document.querySelectorAll("[data-built-in]")) {
  const source = builtIn[element.dataset.builtIn];
  element.addEventListener("click", () => take(source, shortName(source)));
}
for (const id of ["model-folder", "model-files"])
  $(id).addEventListener("change", ({target}) => {
    const files = [...target.files];
    target.value = "";
    if (files.length) take(files, files[0].webkitRelativePath.split("/")[0] || "the files that were chosen");
  });
$("models").addEventListener("shown", showStored);
let wasLoading = false;
watch(state => {
  fill($("loaded"), ...Object.keys(uses).map(place => loadedRow(place, state)));
  if (wasLoading && !state.loading && !$("models").hidden) showStored();
  wasLoading = Boolean(state.loading);
});
