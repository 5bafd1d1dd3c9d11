// The package, for Node: the same calls, on the CPU.
import {resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {makeConnection} from "./connection.js";
import {GerbilError} from "./error.js";
import type {Gerbil as Model} from "./gerbil.js";
import {loadGerbil} from "./load.js";
import type {LoadOptions, ModelSource} from "./load_options.js";
import {startWorker} from "./start_worker.node.js";

export * from "./exports.js";

const connection = makeConnection(startWorker);

export type Gerbil = Model;
export const Gerbil = {
  /** Loads a model from a directory. All models of a process share one worker. */
  async load(model: ModelSource, options: LoadOptions = {}): Promise<Gerbil> {
    const directory = model instanceof URL ? fileURLToPath(model) : model;
    if (typeof directory !== "string")
      throw new GerbilError("invalid_argument", "In Node a model is named by the path of its directory.");
    return loadGerbil(connection, resolve(directory), options, {...options, device: "wasm", dtype: "none"});
  },
};
