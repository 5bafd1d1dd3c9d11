// Models from the hub, from any server or from the user, kept in the browser's storage.
export {type CanRun, type RunOptions} from "./can_run.js";
export {type ChosenFile, type ChosenFiles, chosenFiles} from "./chosen.js";
export {canRun} from "./facts.js";
export {
  deleteModel, listModels, persist, type Persistence, storageUsage, type StorageUsage, type StoredModel,
} from "./models.js";
export {type CoreFile, type HubOptions, type OpenedModel, openModel, type OpenOptions} from "./open.js";
export {type DownloadProgress, type OnProgress} from "./progress.js";
