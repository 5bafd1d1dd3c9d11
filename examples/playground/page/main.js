// The tabs, the line that says what is loaded, and the parts of the page.
import {$, bytes, fill, h, seconds, sentence} from "./elements.js";
import {need, stopLoading, watch} from "./engine.js";
import {keepPage} from "./offline.js";
import "./chat.js";
import "./object.js";
import "./search.js";
import "./models.js";
import "./machine.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
const panel = tab => $(tab.getAttribute("aria-controls"));

function show(tab) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    panel(each).hidden = !chosen;
  }
  panel(tab).dispatchEvent(new Event("shown"));
}

const byAddress = () => tabs.find(tab => panel(tab).id === location.hash.slice(1));
for (const tab of tabs) {
  tab.addEventListener("click", () => {
    history.replaceState(null, "", `#${panel(tab).id}`);
    show(tab);
  });
  tab.addEventListener("keydown", ({key}) => {
    const steps = {ArrowRight: 1, ArrowLeft: -1}[key];
    const next =
      key === "Home"
        ? tabs[0]
        : key === "End"
          ? tabs.at(-1)
          : steps && tabs.at((tabs.indexOf(tab) + steps) % tabs.length);
    next?.focus();
    next?.click();
  });
}
addEventListener("hashchange", () => byAddress() && show(byAddress()));
show(byAddress() ?? tabs[0]);

const stages = {begin: "Opening", download: "Downloading", load: "Loading"};
const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

watch(({text, search, loading, problem}) => {
  $("loading").hidden = !loading;
  const names = [text, search]
    .filter(Boolean)
    .map(({name}) => name)
    .join(", ");
  // Said once a stage: whoever hears the page does not want to hear every percent.
  write($("state"), problem || (loading ? `${stages[loading.stage]} ${loading.name}` : names || "No model is loaded"));
  $("state").dataset.is = problem ? "failed" : loading ? "loading" : names ? "ready" : "idle";
  if (!loading) return;
  const {stage, name, done, total, left} = loading;
  const amount = total > 0 ? ` ${bytes(done)} of ${bytes(total)}` : "";
  const time = left !== null && left >= 1 ? `, ${seconds(left)} left` : "";
  $("loading-text").textContent = `${stages[stage]} ${name}${amount}${time}`;
  if (total > 0) Object.assign($("loading-bar"), {max: total, value: done});
  else $("loading-bar").removeAttribute("value");
});
$("loading-stop").addEventListener("click", stopLoading);

keepPage((text, label, act) => {
  fill($("notice"), h("span", {}, text), label && h("button.plain", {onclick: act}, label));
  $("notice").hidden = false;
});
need("text").catch(error => console.warn(sentence(error)));
