// What an object shall be: a JSON schema, or a validator of Standard Schema (Zod, ArkType, …) that knows its JSON
// schema.
import {GerbilError} from "./error.js";

/** The part of a Standard Schema that is used here (standardschema.dev). */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: {readonly input: unknown; readonly output: Output} | undefined;
    /** Standard JSON Schema, which not every library has. */
    readonly jsonSchema?: {readonly input: (options: {target: string}) => Record<string, unknown>} | undefined;
  };
}
type StandardResult<Output> =
  | {readonly value: Output; readonly issues?: undefined}
  | {readonly issues: readonly {readonly message: string; readonly path?: readonly unknown[] | undefined}[]};

/** A JSON schema (2020-12), whose values are not checked again, or a validator. */
export type Schema<T> = StandardSchema<T> | {readonly [keyword: string]: unknown};

function isStandard<T>(schema: Schema<T>): schema is StandardSchema<T> {
  return "~standard" in schema;
}

/** The JSON schema of what a model shall write. Throws GerbilError "invalid_argument" for a validator that has none. */
export function jsonSchemaOf(schema: Schema<unknown>): object {
  if (!isStandard(schema)) return schema;
  const {jsonSchema, vendor} = schema["~standard"];
  if (!jsonSchema)
    throw new GerbilError(
      "invalid_argument",
      `This validator of ${vendor} does not say its JSON schema: convert it by the library's own means, and pass that ` +
        "as the option jsonSchema.",
    );
  return jsonSchema.input({target: "draft-2020-12"});
}

/** The value, as the schema's own validator accepts and changes it. Throws GerbilError "invalid_argument". */
export async function validated<T>(schema: Schema<T>, value: unknown): Promise<T> {
  if (!isStandard(schema)) return value as T;
  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  const issues = result.issues.map(({message, path}) =>
    path?.length ? `${path.map(keyOf).join(".")}: ${message}` : message,
  );
  throw new GerbilError(
    "invalid_argument",
    `The answer satisfies the JSON schema, but not what the validator checks besides: ${issues.join("; ")}.`,
  );
}

// A path has keys, or objects that hold one.
function keyOf(segment: unknown): string {
  return String(typeof segment === "object" && segment !== null && "key" in segment ? segment.key : segment);
}
