// SHA-256 of bytes that come in pieces, which Web Crypto cannot do. Reference: FIPS 180-4.

/** A hash that is being computed. */
export interface Sha256 {
  add(bytes: Uint8Array): void;
  /** In lower-case hexadecimal. Ends it. */
  finish(): string;
}

const BLOCK = 64;

// The first 32 bits of the fractional parts of the cube roots (of the square roots) of the first primes.
const primes = firstPrimes(64);
const constants = Int32Array.from(primes, prime => fraction(prime, 3n));
const start = primes.slice(0, 8).map(prime => fraction(prime, 2n));

export function sha256(): Sha256 {
  const state = Int32Array.from(start);
  const words = new Int32Array(64);
  const rest = new Uint8Array(BLOCK);
  let held = 0; // bytes in `rest`
  let size = 0;

  const add = (bytes: Uint8Array) => {
    size += bytes.length;
    let at = 0;
    if (held > 0) {
      at = Math.min(BLOCK - held, bytes.length);
      rest.set(bytes.subarray(0, at), held);
      held += at;
      if (held < BLOCK) return;
      compress(state, words, rest, 0, 1);
    }
    const blocks = Math.floor((bytes.length - at) / BLOCK);
    compress(state, words, bytes, at, blocks);
    rest.set(bytes.subarray(at + blocks * BLOCK));
    held = bytes.length - at - blocks * BLOCK;
  };

  const finish = () => {
    const bits = size * 8;
    const padding = new Uint8Array((held < 56 ? 56 : 120) - held + 8);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer, padding.length - 8);
    view.setUint32(0, Math.floor(bits / 2 ** 32));
    view.setUint32(4, bits % 2 ** 32);
    add(padding);
    return Array.from(state, word => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };

  return {add, finish};
}

// Typed arrays of a fixed length: `!` says that an index is inside them.
function compress(state: Int32Array, words: Int32Array, bytes: Uint8Array, at: number, blocks: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (; blocks > 0; --blocks, at += BLOCK) {
    for (let i = 0; i < 16; ++i) words[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 64; ++i) {
      const x = words[i - 15]!;
      const y = words[i - 2]!;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16]! + s0 + words[i - 7]! + s1) | 0;
    }
    let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
    let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
    for (let i = 0; i < 64; ++i) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + (g ^ (e & (f ^ g))) + constants[i]! + words[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}

function firstPrimes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; ++n) if (found.every(prime => n % prime !== 0)) found.push(n);
  return found;
}

// The fractional part of the `degree`th root of n, in 32 bits: the root of n · 2^(32 · degree), of which the whole
// part is what goes beyond them.
function fraction(n: number, degree: bigint): number {
  const scaled = BigInt(n) << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** degree <= scaled) root += bit;
  return Number(BigInt.asIntN(32, root));
}
