// The package, for a page. Importing it touches nothing that only a browser has.
import {makeConnection} from "./connection.js";
import type {Gerbil as Model} from "./gerbil.js";
import {type Here, loadGerbil} from "./load.js";
import type {LoadOptions, ModelSource} from "./load_options.js";
import {defaultsOf, memoryOptions, platformOf} from "./platform.js";
import {startWorker} from "./start_worker.js";
import {chosenFiles} from "./storage/chosen.js";

export * from "./exports.js";

const connection = makeConnection(startWorker);

export type Gerbil = Model;
export const Gerbil = {
  /**
   * Loads a model, which is downloaded first where it is not in the browser's storage yet. All models of a page share
   * one worker.
   */
  async load(model: ModelSource, options: LoadOptions = {}): Promise<Gerbil> {
    const named = model instanceof URL ? model.href : model;
    const opened = typeof named === "string" ? named : await chosenFiles(named);
    return loadGerbil(connection, opened, options, here(options), document.baseURI);
  },
};

function here(options: LoadOptions): Here {
  const platform = platformOf(navigator.userAgent, navigator.maxTouchPoints);
  return {device: "auto", dtype: defaultsOf(platform).dtype, ...memoryOptions(platform, options)};
}
