// Small applications in test/apps, built with what is installed in build/js-test.
import {spawn, spawnSync} from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {output, root} from "./world.mjs";

/** Copies an application to where its packages are, with models in public/models, and gives its folder. */
export function place(name) {
  const folder = path.join(output, "apps", name);
  fs.rmSync(folder, {recursive: true, force: true});
  fs.cpSync(path.join(import.meta.dirname, "apps", name), folder, {recursive: true});
  for (const model of ["nano", "nano-embed"])
    fs.cpSync(path.join(root, "models", model), path.join(folder, "public/models", model), {recursive: true});
  return folder;
}

/** Runs a program of node_modules/.bin there, `mode` being NODE_ENV. */
export function run(mode, folder, program, ...given) {
  const env = {...process.env, NODE_ENV: mode};
  const {status, stdout, stderr} = spawnSync(path.join(output, "node_modules/.bin", program), given, {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`${program} ${given.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

/** Starts a server of node_modules/.bin there: {address, close()}. */
export function start(mode, folder, program, ...given) {
  const env = {...process.env, NODE_ENV: mode, NO_COLOR: "1"};
  const child = spawn(path.join(output, "node_modules/.bin", program), given, {cwd: folder, env});
  return served(child, /Local:\s+(http:\/\/localhost:\d+)/);
}

/** Starts `gerbil serve`, by the program that GERBIL names. */
export function gerbilServe(...models) {
  const program = process.env.GERBIL ?? path.join(root, "build/release/bin/gerbil");
  const child = spawn(program, ["serve", "--port", "0", "--device", "cpu", ...models]);
  return served(child, /listening on (http:\S+)/);
}

// What a program is that says the address at which it serves.
function served(child, pattern) {
  const ended = new Promise(resolve => child.once("exit", resolve));
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = data => {
      said += data;
      const address = pattern.exec(said)?.[1];
      if (address) resolve({address, close: () => (child.kill(), ended)});
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`${child.spawnfile} ended: ${said}`)));
  });
}
