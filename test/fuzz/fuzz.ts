import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { FuzzReport, formatFailure } from "./fuzz-report.ts";
import { fuzzSeeds } from "./fuzz-seeds.ts";

/**
 * `npm run fuzz -- --inputs N --seed S`: plays N inputs at all borders, from seed S on, on all cores. The first seed of each
 * kind of failure is told in full. Exit code 1 when one failed.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
});
const inputs = wholeNumber("inputs");
const report = new FuzzReport();
const begun = performance.now();
const everyMs = 10_000;
let toldAt = begun;

await fuzzSeeds(
  {
    borders: { module: new URL("./borders.ts", import.meta.url).href, name: "borders" },
    seed: wholeNumber("seed"),
    inputs,
    threads: Math.min(wholeNumber("threads"), inputs),
  },
  (tried) => {
    const failure = report.add(tried);
    if (failure) console.log(formatFailure(failure));
    if (performance.now() - toldAt > everyMs) tellProgress();
  },
);
console.log(report.table());
const seconds = (performance.now() - begun) / 1000;
console.log(`\n${report.inputs} inputs in ${seconds.toFixed(0)} s: ${report.failures} failed`);
process.exitCode = report.failures > 0 ? 1 : 0;

function tellProgress(): void {
  toldAt = performance.now();
  const seconds = Math.round((toldAt - begun) / 1000);
  const share = `${report.inputs} of ${inputs} inputs`;
  console.error(`${share} in ${seconds} s, ${report.failures} failed`);
}

function wholeNumber(name: keyof typeof values): number {
  const text = values[name];
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number from 1 on.`);
  process.exit(2);
}
