// Markdown into elements: what a model writes becomes text nodes and elements made one by one, and can never become
// markup. Paragraphs, headings, lists, quotes, code, emphasis and links; everything else stays as it was written.
import {h} from "./elements.js";

const deepest = 4; // lists and quotes in one another
const inlineParts = new RegExp(
  [
    /(`{1,8})([^`]{1,2000})\1/,
    /\*\*(\S(?:[^*\n]{0,1000}\S)?)\*\*/,
    /\*(\S(?:[^*\n]{0,1000}\S)?)\*/,
    /\[([^[\]\n]{1,500})\]\((https?:\/\/[^\s()<>]{1,2000})\)/,
    /(https?:\/\/[^\s<>"'`()]{1,2000}[^\s<>"'`().,;:!?])/,
  ]
    .map(({source}) => source)
    .join("|"),
  "g",
);

const fence = /^ {0,3}(`{3,})[^`]*$/;
const heading = /^(#{1,6})[ \t]+(\S.*)$/;
const rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const quote = /^ {0,3}> ?/;
const item = /^ {0,3}(?:[-*+]|(\d{1,9})[.)]) +/;
const isBlank = line => line.trim() === "";
const begins = line => [fence, heading, rule, quote, item].some(pattern => pattern.test(line));

// Without telling the other server whence.
const link = (address, text) => h("a", {href: address, rel: "noopener noreferrer", target: "_blank"}, text);

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(inlineParts)) {
    const [whole, , code, strong, weak, label, target, address] = found;
    nodes.push(text.slice(at, found.index));
    if (code !== undefined) nodes.push(h("code", {}, code));
    else if (strong !== undefined) nodes.push(h("strong", {}, ...inline(strong)));
    else if (weak !== undefined) nodes.push(h("em", {}, ...inline(weak)));
    else if (label !== undefined) nodes.push(link(target, label));
    else nodes.push(link(address, address));
    at = found.index + whole.length;
  }
  nodes.push(text.slice(at));
  return nodes.filter(node => node !== "");
}

// The lines from `from` for which `belongs` is true, and the line after them.
function run(lines, from, belongs) {
  let next = from;
  while (next < lines.length && belongs(lines[next])) ++next;
  return {taken: lines.slice(from, next), next};
}

function codeBlock(lines, from, mark) {
  const ends = line => line.trim().startsWith(mark) && /^`+$/.test(line.trim());
  const {taken, next} = run(lines, from + 1, line => !ends(line));
  const pre = h("pre.box", {tabIndex: 0, role: "group", ariaLabel: "Code"}, h("code", {}, taken.join("\n")));
  return {element: pre, next: next + 1};
}

function list(lines, from, depth) {
  const number = item.exec(lines[from])[1];
  const element = h(number ? "ol" : "ul", number > 1 ? {start: Number(number)} : {});
  let next = from;
  while (next < lines.length && item.test(lines[next]) && Boolean(item.exec(lines[next])[1]) === Boolean(number)) {
    const [marker] = item.exec(lines[next]);
    const rest = run(lines, next + 1, line => /^ {2,}\S/.test(line) && !(item.test(line) && /^ {0,1}\S/.test(line)));
    const inner = [lines[next].slice(marker.length), ...rest.taken.map(line => line.replace(/^ {2,4}/, ""))];
    element.append(h("li", {}, ...(inner.length === 1 ? inline(inner[0]) : blocks(inner, depth + 1))));
    ({next} = run(lines, rest.next, isBlank));
  }
  return {element, next};
}

function block(lines, from, depth) {
  const line = lines[from];
  const mark = fence.exec(line)?.[1];
  if (mark) return codeBlock(lines, from, mark);
  const title = heading.exec(line);
  // The page has headings of its own above these.
  if (title) return {element: h(`h${Math.min(6, title[1].length + 2)}`, {}, ...inline(title[2])), next: from + 1};
  if (rule.test(line)) return {element: h("hr"), next: from + 1};
  if (quote.test(line) && depth < deepest) {
    const {taken, next} = run(lines, from, each => quote.test(each));
    return {
      element: h(
        "blockquote",
        {},
        ...blocks(
          taken.map(each => each.replace(quote, "")),
          depth + 1,
        ),
      ),
      next,
    };
  }
  if (item.test(line) && depth < deepest) return list(lines, from, depth);
  const {taken, next} = run(lines, from + 1, each => !isBlank(each) && !begins(each));
  const nodes = [line, ...taken].flatMap((each, i) => [i > 0 && h("br"), ...inline(each.trim())]);
  return {element: h("p", {}, ...nodes), next};
}

function blocks(lines, depth) {
  const elements = [];
  for (let i = 0; i < lines.length;) {
    if (isBlank(lines[i])) {
      ++i;
      continue;
    }
    const {element, next} = block(lines, i, depth);
    elements.push(element);
    i = next;
  }
  return elements;
}

/** The elements of a text, which may have no end yet. */
export const markdown = text => blocks(text.split("\n"), 0);
