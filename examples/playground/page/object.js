// Answers that satisfy a JSON schema.
import {summary} from "./answer.js";
import {checkSchema} from "./check_schema.js";
import {$, fill, h, sentence} from "./elements.js";
import {need, noteFailure, noteTimings} from "./engine.js";

const example = `{
  "type": "object",
  "properties": {
    "name": {"type": "string", "maxLength": 20},
    "age": {"type": "integer", "minimum": 0, "maximum": 20},
    "colour": {"enum": ["red", "brown", "grey"]}
  },
  "required": ["name", "age", "colour"],
  "additionalProperties": false
}`;
const mostTokens = 1024;

$("object-prompt").value = "Invent a fox: its name, its age and its colour, as JSON.";
$("object-schema").value = example;

let control = null;

function readSchema() {
  const field = $("object-schema");
  const show = problem => {
    $("schema-problem").textContent = problem;
    field.ariaInvalid = String(problem !== "");
  };
  try {
    const schema = JSON.parse(field.value);
    if (typeof schema !== "object" || schema === null || Array.isArray(schema))
      throw new Error("a schema is an object");
    show("");
    return schema;
  } catch (error) {
    show(`This is no JSON schema: ${error.message}.`);
    return null;
  }
}

function showVerdict(schema, result) {
  const {problems, unchecked} = checkSchema(schema, result.object);
  const good = problems.length === 0;
  $("object-answer").textContent = JSON.stringify(result.object, null, 2);
  fill(
    $("object-verdict"),
    good ? h("p.good", {}, "✓ Satisfies the schema.") : h("p.problem", {}, "✗ Does not satisfy the schema:"),
    !good && h("ul", {}, ...problems.slice(0, 20).map(problem => h("li", {}, problem))),
    unchecked.length > 0 && h("p", {}, `Not checked by this page: ${unchecked.join(", ")}.`),
    h("p.below", {}, summary(result)),
  );
}

async function write() {
  const schema = readSchema();
  const prompt = $("object-prompt").value.trim();
  if (!schema) return $("object-schema").focus();
  if (!prompt) return $("object-prompt").focus();
  control = new AbortController();
  const {signal} = control;
  $("object-run").textContent = "Stop";
  fill($("object-verdict"));
  const answer = $("object-answer");
  answer.textContent = "";
  answer.hidden = false;
  try {
    const model = await need("text");
    const onText = (piece, reasoning) => !reasoning && answer.append(piece);
    const result = await model.generateObject(prompt, schema, {max_tokens: mostTokens, signal, onText});
    showVerdict(schema, result);
    noteTimings(result);
  } catch (error) {
    fill($("object-verdict"), h("p.problem", {}, sentence(error) || "Stopped."));
    noteFailure("text", error);
  }
  control = null;
  $("object-run").textContent = "Write";
}

$("object-schema").addEventListener("input", readSchema);
$("object-form").addEventListener("submit", event => {
  event.preventDefault();
  if (control) control.abort();
  else write();
});
