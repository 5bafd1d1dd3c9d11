// The native program, which GERBIL names, on nano: what the browser is compared with.
import {execFileSync} from "node:child_process";
import path from "node:path";
import {root} from "./world.mjs";

const program = process.env.GERBIL ?? path.join(root, "build/release/bin/gerbil");
const nano = path.join(root, "models/nano");
const answer = (...given) => JSON.parse(execFileSync(program, [...given, "--json"]));

export const prompts = ["Tell me a story about a fox", "What is two plus three?", "Where do the owls live?"];

export function tokensOfProgram(device, exact) {
  const options = ["--device", device, "--max-tokens", "48", "--temperature", "0", ...(exact ? ["--exact"] : [])];
  return prompts.map(prompt => answer("run", nano, prompt, ...options).tokens);
}

/** What `gerbil bench` says of nano on a GPU. */
export const measureNano = () => answer("bench", nano, "--device", "webgpu", "-p", "16", "-n", "4", "-r", "1");
