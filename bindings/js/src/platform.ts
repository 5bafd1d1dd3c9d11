// What kind of machine a browser runs on, and what is usual there.
export type Platform = "ios" | "android" | "desktop";

/** iPads call themselves Macs, which have no touch screen. */
export function platformOf(userAgent: string, touchPoints: number): Platform {
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return "ios";
  return /Android/.test(userAgent) ? "android" : "desktop";
}

/** Options of loading. */
export interface MemoryOptions {
  context_length?: number | undefined;
  cache_tokens?: number | undefined;
}

/** What options of loading are that were not given. */
export interface Defaults {
  /** What "auto" means. */
  dtype: "none" | "int4";
  /** Tokens of a conversation. */
  context: number;
  /** Conversations that the KV cache has room for. */
  conversations: number;
}

/** Phones have little memory, and one conversation at a time. */
export function defaultsOf(platform: Platform): Defaults {
  return platform === "desktop"
    ? {dtype: "none", context: 4096, conversations: 2}
    : {dtype: "int4", context: 2048, conversations: 1};
}

/** With what differs from the engine's own defaults, which are those of a desktop. */
export function memoryOptions(platform: Platform, {context_length, cache_tokens}: MemoryOptions): MemoryOptions {
  if (platform === "desktop") return {context_length, cache_tokens};
  const {context, conversations} = defaultsOf(platform);
  const tokens = context_length ?? context;
  return {context_length: tokens, cache_tokens: cache_tokens ?? conversations * tokens};
}
