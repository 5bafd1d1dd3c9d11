// Checks a value against a JSON schema (2020-12) without the engine: what the page says of an answer is not what the
// engine says of itself.

const deepest = 64;
const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);
const typeOf = value =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
const isOf = (value, type) => typeOf(value) === type || (type === "number" && typeof value === "number");
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const shown = value => JSON.stringify(value).slice(0, 80);
const limit = (applies, measure, within, what) => (value, bound) =>
  applies(value) && !within(measure(value), bound) ? `should be ${what} ${bound}` : null;
const isNumber = value => typeof value === "number";
const isText = value => typeof value === "string";
const least = (a, b) => a >= b;
const most = (a, b) => a <= b;
const letters = text => [...text].length;

// Keywords about one value: a sentence of what is wrong, or null.
const simple = {
  type: (value, types) =>
    [types].flat().some(type => isOf(value, type)) ? null : `should be of type ${[types].flat().join(" or ")}`,
  enum: (value, values) => (values.some(each => same(each, value)) ? null : `should be one of ${shown(values)}`),
  const: (value, wanted) => (same(value, wanted) ? null : `should be ${shown(wanted)}`),
  minimum: limit(isNumber, value => value, least, "at least"),
  maximum: limit(isNumber, value => value, most, "at most"),
  exclusiveMinimum: limit(
    isNumber,
    value => value,
    (a, b) => a > b,
    "more than",
  ),
  exclusiveMaximum: limit(
    isNumber,
    value => value,
    (a, b) => a < b,
    "less than",
  ),
  multipleOf: limit(
    isNumber,
    value => value,
    (a, b) => Math.abs(a / b - Math.round(a / b)) < 1e-9,
    "a multiple of",
  ),
  minLength: limit(isText, letters, least, "of a length of at least"),
  maxLength: limit(isText, letters, most, "of a length of at most"),
  pattern: limit(
    isText,
    value => value,
    (text, pattern) => new RegExp(pattern, "u").test(text),
    "matched by",
  ),
  minItems: limit(Array.isArray, value => value.length, least, "a list of at least"),
  maxItems: limit(Array.isArray, value => value.length, most, "a list of at most"),
  minProperties: limit(isObject, value => Object.keys(value).length, least, "an object of at least"),
  maxProperties: limit(isObject, value => Object.keys(value).length, most, "an object of at most"),
  uniqueItems: (value, wanted) =>
    wanted && Array.isArray(value) && new Set(value.map(each => JSON.stringify(each))).size < value.length
      ? "has equal items"
      : null,
  required: (value, names) => {
    const missing = isObject(value) ? names.filter(name => !Object.hasOwn(value, name)) : [];
    return missing.length ? `lacks ${missing.join(", ")}` : null;
  },
};
// Read with others, or about nothing that can be wrong.
const beside = new Set([
  "properties",
  "additionalProperties",
  "items",
  "prefixItems",
  "anyOf",
  "oneOf",
  "allOf",
  "not",
  "$ref",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "$schema",
  "$id",
  "$comment",
]);

function refer(root, reference) {
  if (!reference.startsWith("#")) return undefined;
  const keys = reference.slice(1).split("/").slice(1);
  return keys.reduce((at, key) => at?.[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")], root);
}

/** {problems, unchecked}: sentences, and the keywords of the schema that this does not know. */
export function checkSchema(root, value) {
  const unchecked = new Set();
  const check = (schema, at, path, depth) => {
    if (depth > deepest) return [`${path}: the schema goes too deep to be checked`];
    if (schema === false) return [`${path} should not be there`];
    if (!isObject(schema)) return [];
    const inner = (each, child = at, name = path) => check(each, child, name, depth + 1);
    const fits = each => inner(each).length === 0;
    const problems = [];
    for (const [keyword, argument] of Object.entries(schema)) {
      const wrong = Object.hasOwn(simple, keyword) ? simple[keyword](at, argument) : null;
      if (wrong) problems.push(`${path} ${wrong}, and is ${shown(at)}`);
      if (!Object.hasOwn(simple, keyword) && !beside.has(keyword)) unchecked.add(keyword);
    }
    const {
      properties = {},
      additionalProperties,
      prefixItems = [],
      items,
      allOf = [],
      anyOf,
      oneOf,
      not,
      $ref,
    } = schema;
    if (isObject(at))
      for (const [name, each] of Object.entries(at))
        if (Object.hasOwn(properties, name)) problems.push(...inner(properties[name], each, `${path}.${name}`));
        else if (additionalProperties !== undefined)
          problems.push(...inner(additionalProperties, each, `${path}.${name}`));
    if (Array.isArray(at))
      at.forEach((each, i) => problems.push(...inner(prefixItems[i] ?? items, each, `${path}[${i}]`)));
    for (const each of allOf) problems.push(...inner(each));
    if (anyOf && !anyOf.some(fits)) problems.push(`${path} satisfies none of anyOf`);
    if (oneOf && oneOf.filter(fits).length !== 1) problems.push(`${path} does not satisfy exactly one of oneOf`);
    if (not !== undefined && fits(not)) problems.push(`${path} satisfies what it should not`);
    if ($ref !== undefined) {
      const target = refer(root, $ref);
      if (target === undefined) unchecked.add(`$ref ${$ref}`);
      else problems.push(...inner(target));
    }
    return problems;
  };
  return {problems: check(root, value, "answer", 0), unchecked: [...unchecked]};
}
