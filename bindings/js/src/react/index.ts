// Hooks for React, on engines that they share.
"use client";

export type {EngineOptions, EngineState} from "./engines.js";
export {GerbilProvider, useGerbil, type EngineHandle, type ModelOptions} from "./provider.js";
export {useAutocomplete, type AutocompleteHandle, type AutocompleteSettings} from "./use_autocomplete.js";
export {useChat, type ChatHandle, type ChatSettings} from "./use_chat.js";
export {useCompletion, type CompletionHandle, type CompletionSettings} from "./use_completion.js";
export {useEmbedding, type EmbeddingHandle} from "./use_embedding.js";
export {useObject, type ObjectHandle, type ObjectSettings, type Partially} from "./use_object.js";
export type {Task} from "./use_task.js";
