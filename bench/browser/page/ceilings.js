// What this browser's WebAssembly can do at most: operations a second of instructions that need no memory, so that
// speeds can be compared with a floor. A module is put together for each, byte by byte.
const number = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)]);
const section = (id, bytes) => [id, ...number(bytes.length), ...bytes];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const vector = (opcode) => [0xfd, ...number(opcode)];
const constant = (value) => [0x41, value];

// Locals of the function: how often the loop runs, a vector of numbers below 64, and the sums.
const COUNT = 0, FACTOR = 1, FIRST_SUM = 2, SUMS = 10;
const sums = Array.from({length: SUMS}, (_, index) => FIRST_SUM + index);

// `step(sum)` leaves the new value of the local `sum` on the stack.
function assemble(step) {
  const code = [
    0x01, ...number(SUMS + 1), 0x7b,                                               // so many locals of 128 bits
    ...constant(0x3f), ...vector(15), ...set(FACTOR),                              // i8x16.splat
    0x03, 0x40, ...sums.flatMap((sum) => [...step(sum), ...set(sum)]),             // loop
    ...get(COUNT), ...constant(1), 0x6b, 0x22, COUNT, 0x0d, 0, 0x0b,               // while (--count)
    ...sums.flatMap((sum, index) => [...get(sum), ...(index ? vector(81) : [])]),  // v128.xor
    ...vector(27), 0, 0x0b,                                                        // i32x4.extract_lane
  ];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, ...number(code.length), ...code]),
  ]);
}

const product = (sum) => [...get(sum), ...get(FACTOR)];
const [F32_MUL, F32_ADD, RELAXED_MADD, I32_ADD, DOT_I16, RELAXED_DOT_I8] = [230, 228, 261, 174, 186, 275];
const STEPS = {
  "f32x4.mul and add": {operations: 8, step: (sum) => [...product(sum), ...vector(F32_MUL), ...get(sum), ...vector(F32_ADD)]},
  "f32x4.relaxed_madd": {operations: 8, step: (sum) => [...product(sum), ...get(sum), ...vector(RELAXED_MADD)]},
  "i32x4.dot_i16x8 and add": {operations: 16, step: (sum) => [...product(sum), ...vector(DOT_I16), ...get(sum), ...vector(I32_ADD)]},
  "i32x4.relaxed_dot_i8x16_i7x16_add": {operations: 32, step: (sum) => [...product(sum), ...get(sum), ...vector(RELAXED_DOT_I8)]},
};

// {instruction: operations a second}, the best of ten runs; 0 where the browser has not got it.
globalThis.ceilings = () => {
  const measure = ({operations, step}) => {
    const bytes = assemble(step);
    if (!WebAssembly.validate(bytes)) return 0;
    const run = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f;
    const count = 1_000_000;
    const seconds = () => {
      const begin = performance.now();
      run(count);
      return (performance.now() - begin) / 1000;
    };
    return (count * SUMS * operations) / Math.min(...Array.from({length: 10}, seconds));
  };
  return Object.fromEntries(Object.entries(STEPS).map(([name, entry]) => [name, measure(entry)]));
};
