// What browsers allow, where they say so.

/** A limit, in bytes, and who says it. */
export interface Limit {
  bytes: number;
  source: string;
}

/** The memory of a tab on iOS and iPadOS: beyond it the system ends the page. */
export const iosTab: Limit = {bytes: 1.5e9, source: "https://github.com/WebKit/WebKit/pull/49472"};

/** What WebAssembly with 32-bit addresses reaches: 2^16 pages. */
export const wasmMemory: Limit = {bytes: 2 ** 32, source: "https://webassembly.github.io/spec/core/valid/types.html"};

/** What browsers let it have with 64-bit addresses: 2^18 pages. */
export const wasmMemory64: Limit = {bytes: 2 ** 34, source: "https://webassembly.github.io/spec/js-api/#limits"};

/** What WebAssembly code, activations, the tokenizer and the page itself take beside a model's weights and KV cache. */
export const besideModel = 150e6;

/** The part of a memory that a model may take and still leave the page, and the system, room. */
export const comfortable = 0.6;

/** The part of a device's memory that one tab may take at most. */
export const tabShare = 0.5;

/** navigator.deviceMemory says no more than this of larger ones, in bytes. */
export const mostDeviceMemory = 8 * 2 ** 30;

/**
 * Safari deletes what a site has stored after seven days of use of the browser without a visit, except for sites on the
 * home screen. Source: https://webkit.org/blog/10218/full-third-party-cookie-blocking-and-more/
 */
export const safariEviction =
  "Safari deletes what is stored when the site is not visited in seven days of use, unless it is on the home screen.";
