// Which of the core's files an engine of JavaScript can run, by modules that have one thing.
const valid = (...sections: number[]): boolean =>
  WebAssembly.validate(new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections]));

/** Bytes are multiplied in one instruction. */
// One function, () -> v128, of: i32.const 1, i8x16.splat, i32.const 2, i8x16.splat, i8x16.relaxed_swizzle.
export const hasRelaxedSimd = (): boolean =>
  valid(
    ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00, 0x0a, 0x0f, 0x01, 0x0d, 0x00],
    ...[0x41, 0x01, 0xfd, 0x0f, 0x41, 0x02, 0xfd, 0x0f, 0xfd, 0x80, 0x02, 0x0b],
  );

/** Memory may have more than 4 GiB, in the core's file for that, whose kernels are those of relaxed SIMD. */
// A memory of one page with addresses of 64 bits.
export const hasMemory64 = (): boolean => valid(0x05, 0x03, 0x01, 0x04, 0x01) && hasRelaxedSimd();
