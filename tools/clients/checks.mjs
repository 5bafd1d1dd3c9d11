// What the scenarios in JavaScript share.
export const address = process.argv[2];
export const question = "Tell me a story about a fox";
export const weatherSchema = {
  type: "object",
  properties: { city: { type: "string", maxLength: 12 } },
  required: ["city"],
  additionalProperties: false,
};

export function check(condition, what) {
  if (!condition) throw new Error(`${what} failed`);
  console.log(`ok: ${what}`);
}

// The error of this class that the call ends with, or null where it ends otherwise.
export async function raised(kind, call) {
  try {
    await call();
  } catch (error) {
    return error instanceof kind ? error : null;
  }
  return null;
}
