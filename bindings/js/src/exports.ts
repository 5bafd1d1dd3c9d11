// What a page and Node have alike.
export type {Chat, ChatStart} from "./chat.js";
export {GerbilError, type ErrorCode} from "./error.js";
export type {LoadOptions, LoadProgress, ModelSource} from "./load_options.js";
export type {Input, Message, Tool, ToolCall, ToolCallPiece} from "./messages.js";
export type {ModelInfo, ModelStatistics, Task} from "./model_info.js";
export type {ObjectOptions, ObjectResult} from "./object.js";
export type * from "./requests.js";
export type {Schema, StandardSchema} from "./schema.js";
export type {TextStream} from "./text_stream.js";
export {
  canRun,
  type CanRun,
  deleteModel,
  listModels,
  persist,
  type Persistence,
  type RunOptions,
  storageUsage,
  type StorageUsage,
  type StoredModel,
} from "./storage/index.js";
export {cosine} from "./vectors.js";
