// From turns to medians, ratios and a table.
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The smallest over pairs of vectors of the same text.
export function smallestCosine(left, right) {
  const dot = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);
  return Math.min(...left.map((one, index) => dot(one, right[index]) / Math.sqrt(dot(one, one) * dot(right[index], right[index]))));
}

const isSpeed = (measure) => measure.endsWith("/s");

// `turns`: {engine: [{measure: number}]}. How many times better gerbil is than each of the others, as the median over
// neighbouring turns, so that a machine that slows down does so for both.
export function summarise(turns) {
  const [gerbil, ...others] = Object.keys(turns);
  const measures = Object.keys(turns[gerbil][0]);
  return Object.fromEntries(
    measures.map((measure) => {
      const values = Object.fromEntries(Object.entries(turns).map(([engine, all]) => [engine, all.map((turn) => turn[measure])]));
      const better = (other) => values[gerbil].map((value, turn) => (isSpeed(measure) ? value / values[other][turn] : values[other][turn] / value));
      return [measure, {
        values,
        median: Object.fromEntries(Object.entries(values).map(([engine, all]) => [engine, median(all)])),
        ratio: Object.fromEntries(others.map((other) => [other, median(better(other))])),
      }];
    }),
  );
}

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

export function printContest({title, device, threads, turns, engines, measures, cosines, failures}) {
  console.log(`\n${title}; ${device}, ${threads} thread${threads > 1 ? "s" : ""}, medians of ${turns} turns\n`);
  console.log("".padEnd(28) + engines.map((engine) => engine.padStart(22)).join(""));
  for (const [measure, {median, ratio}] of Object.entries(measures)) {
    const cells = engines.map((engine) => {
      const better = ratio[engine] === undefined ? "" : ` (${number(ratio[engine])})`;
      return `${number(median[engine])}${better.padStart(9)}`.padStart(22);
    });
    console.log(measure.padEnd(28) + cells.join(""));
  }
  for (const [engine, cosine] of Object.entries(cosines)) console.log(`smallest cosine of ${engine} with ${engines[0]}: ${cosine.toFixed(4)}`);
  for (const [engine, failure] of Object.entries(failures)) console.log(`${engine} did not run: ${failure}`);
}
