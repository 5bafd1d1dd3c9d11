// Requests as the JSON that the engine reads.
import {GerbilError} from "./error.js";

/**
 * The text. What JSON has no word for is no silent null: throws GerbilError "invalid_argument" for numbers that are not
 * finite, BigInts, functions, and what contains itself.
 */
export function requestJson(body: unknown): string {
  const refuse = (key: string, what: string): never => {
    throw new GerbilError("invalid_argument", `"${key}" is ${what}, which a request cannot hold.`);
  };
  try {
    return JSON.stringify(body, (key, value: unknown) => {
      if (typeof value === "number" && !Number.isFinite(value)) refuse(key, `${value}`);
      if (typeof value === "bigint") refuse(key, `the BigInt ${value}`);
      if (typeof value === "function" || typeof value === "symbol") refuse(key, `a ${typeof value}`);
      return value;
    });
  } catch (error) {
    if (error instanceof GerbilError) throw error;
    throw new GerbilError("invalid_argument", `The request cannot be written as JSON: ${String(error)}`);
  }
}
