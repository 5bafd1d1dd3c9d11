// Elements, and how numbers are written.

export const $ = id => document.getElementById(id);

/** h("p.note", {title: "…"}, children…): an element with its class, properties or attributes, and children. */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties))
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  fill(element, ...children);
  return element;
}

/** Gives an element these children in place of its own; those that are null, undefined or false are left out. */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter(child => child != null && child !== false));
}

export const grouped = new Intl.NumberFormat("en").format;

export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB"];
  let unit = 0;
  for (; count >= 999.5 && unit < units.length - 1; ++unit) count /= 1000;
  return `${unit === 0 || count >= 99.5 ? Math.round(count) : count.toPrecision(2)} ${units[unit]}`;
}

export function seconds(count) {
  if (count < 0.995) return `${Math.round(count * 1000)} ms`;
  if (count < 99.5) return `${count.toPrecision(2)} s`;
  return `${Math.round(count / 60)} min`;
}

export const rate = (count, what) => `${grouped(Number(count.toPrecision(3)))} ${what}/s`;

/** The sentence of an error, or nothing where the user has ended the work. */
export const sentence = error => (error?.name === "AbortError" ? "" : (error?.message ?? String(error)));
