// Answers that programs read.
import {GerbilError} from "./error.js";

import type {GenerateOptions, GenerateResult} from "./requests.js";
import {jsonSchemaOf, validated, type Schema} from "./schema.js";

export interface ObjectOptions extends GenerateOptions {
  /** The JSON schema of a validator that does not say its own. */
  jsonSchema?: object;
}
export interface ObjectResult<T> extends GenerateResult {
  object: T;
}

/** The options of an answer that satisfies the schema, its properties in the order of the schema. */
export function objectOptions(schema: Schema<unknown>, {jsonSchema, ...options}: ObjectOptions): GenerateOptions {
  const made = {name: "answer", strict: true, schema: jsonSchema ?? jsonSchemaOf(schema)};
  return {...options, response_format: {type: "json_schema", json_schema: made}};
}

/** The object that a result is. Throws GerbilError "context_full" when it ended before its JSON did. */
export async function toObject<T>(schema: Schema<T>, result: GenerateResult): Promise<ObjectResult<T>> {
  let value: unknown;
  try {
    value = JSON.parse(result.text);
  } catch {
    const end = `after ${result.generated_tokens} tokens (${result.finish_reason})`;
    throw new GerbilError(
      "context_full",
      `The answer ended ${end} before its JSON did: allow more max_tokens, or bound the schema's texts and lists.`,
    );
  }
  return {...result, object: await validated(schema, value)};
}
