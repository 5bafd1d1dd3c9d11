// One answer in the conversation: what the model thinks, folded, what it says, and how fast it was.
import {fill, grouped, h, rate, seconds} from "./elements.js";
import {markdown} from "./markdown.js";

/** What an answer's numbers say, in one line. */
export function summary({generated_tokens, prompt_tokens, cached_tokens, finish_reason, timings}) {
  const parts = [`${grouped(generated_tokens)} tokens`];
  if (timings.decode_tokens_per_second > 0) parts.push(rate(timings.decode_tokens_per_second, "tokens"));
  parts.push(`first after ${seconds(timings.time_to_first_token)}`);
  parts.push(`prompt ${grouped(prompt_tokens)}${cached_tokens > 0 ? `, ${grouped(cached_tokens)} of it cached` : ""}`);
  const ends = {length: "cut at the most tokens", cancelled: "stopped"};
  if (ends[finish_reason]) parts.unshift(ends[finish_reason]);
  return parts.join(" · ");
}

/** An element for an answer that comes: {element, take(piece, reasoning), finish(result), fail(sentence)}. */
export function makeAnswer() {
  const text = h("div.text");
  const thought = h("div");
  const thinking = h("details.thought", {hidden: true}, h("summary", {}, "Thoughts"), thought);
  const wait = h("p.wait", {}, "…");
  const below = h("p.below");
  const element = h("article.assistant", {ariaLabel: "Answer", ariaBusy: "true"}, thinking, text, wait, below);
  const said = {text: "", reasoning: ""};
  let planned = false;

  const draw = () => {
    planned = false;
    thinking.hidden = said.reasoning.trim() === "";
    thought.textContent = said.reasoning.trim();
    fill(text, ...markdown(said.text));
    wait.hidden = said.text !== "";
  };
  const end = () => {
    draw();
    wait.remove();
    element.ariaBusy = "false";
  };
  return {
    element,
    take(piece, reasoning) {
      said[reasoning ? "reasoning" : "text"] += piece;
      if (!planned) requestAnimationFrame(draw);
      planned = true;
    },
    finish(result) {
      Object.assign(said, {text: result.text, reasoning: result.reasoning});
      end();
      below.textContent = summary(result);
    },
    fail(sentence) {
      end();
      below.replaceWith(h("p.problem", {role: "alert"}, sentence));
    },
  };
}
