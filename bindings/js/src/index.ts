// The package, for a page. Importing it touches nothing that only a browser has.
import {makeConnection} from "./connection.js";
import type {Gerbil as Model} from "./gerbil.js";
import {loadGerbil} from "./load.js";
import type {LoadOptions, ModelSource} from "./load_options.js";
import {platform} from "./platform.js";
import {sourceOf} from "./source.js";
import {startWorker} from "./start_worker.js";

export * from "./exports.js";

const connection = makeConnection(startWorker);

export type Gerbil = Model;
export const Gerbil = {
  /**
   * Loads a model, which is downloaded first where it is not in the browser's storage yet. All models of a page share one
   * worker.
   */
  async load(model: ModelSource, options: LoadOptions = {}): Promise<Gerbil> {
    return loadGerbil(connection, await sourceOf(model, options), options, platform());
  },
};
