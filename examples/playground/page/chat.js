// The conversation.
import {makeAnswer} from "./answer.js";
import {$, fill, h, sentence} from "./elements.js";
import {need, noteFailure, noteTimings, stopLoading} from "./engine.js";

const ideas = ["Hello", "Tell me a story about a fox", "What is 17 + 25?", "What is the capital of France?"];
let conversation = {messages: []};
let stop = null; // ends the answer that is on its way

const log = $("log");
const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
const toEnd = () => log.scrollTo({top: log.scrollHeight});

function greet() {
  const buttons = ideas.map(idea => h("button.plain", {type: "button", onclick: () => ask(idea)}, idea));
  fill(log, h("div.hello", {}, h("h2", {}, "Everything stays on this device"), h("div.ideas", {}, ...buttons)));
}

function settings() {
  const number = id => ($(id).value === "" ? undefined : $(id).valueAsNumber);
  const chosen = {max_tokens: number("max-tokens"), temperature: number("temperature")};
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}

const fieldsAreRight = () =>
  ["max-tokens", "temperature"].every(id => {
    if (!$(id).checkValidity()) $("chat-settings").open = true;
    return $(id).reportValidity();
  });

// An answer that fails leaves the conversation as it was, and the message in its field.
async function ask(said) {
  if (stop || !fieldsAreRight()) return;
  log.querySelector(".hello")?.remove();
  const mine = conversation;
  const answer = makeAnswer();
  log.append(h("article.user", {ariaLabel: "You"}, h("div.text", {}, said)), answer.element);
  toEnd();
  let stopped = false;
  stop = () => {
    stopped = true;
    stopLoading();
  };
  showSend();
  try {
    const model = await need("text");
    if (stopped) throw new DOMException("Stopped.", "AbortError");
    const system = $("system").value.trim();
    const asked = [...mine.messages, {role: "user", content: said}];
    const onText = (piece, reasoning) => {
      const follow = atEnd();
      answer.take(piece, reasoning);
      if (follow) requestAnimationFrame(toEnd);
    };
    const sent = system ? [{role: "system", content: system}, ...asked] : asked;
    const stream = model.stream(sent, {...settings(), onText});
    stop = stream.cancel;
    const result = await stream.result;
    mine.messages = [...asked, {role: "assistant", content: result.text}];
    const follow = atEnd();
    answer.finish(result);
    if (follow) toEnd();
    noteTimings(result);
  } catch (error) {
    answer.fail(sentence(error) || "Stopped.");
    noteFailure("text", error);
    if ($("say").value === "") $("say").value = said;
    toEnd();
  }
  stop = null;
  showSend();
}

function showSend() {
  $("send").textContent = stop ? "Stop" : "Send";
  $("send").classList.toggle("stop", Boolean(stop));
}

$("compose").addEventListener("submit", event => {
  event.preventDefault();
  if (stop) return stop();
  const said = $("say").value.trim();
  if (!said) return;
  $("say").value = "";
  ask(said);
});
$("say").addEventListener("keydown", event => {
  if (event.key === "Escape") stop?.();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!stop) $("compose").requestSubmit();
});
$("new-chat").addEventListener("click", () => {
  stop?.();
  conversation = {messages: []};
  greet();
  $("say").focus();
});
greet();
