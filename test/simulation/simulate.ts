import { parseArgs } from "node:util";
import { runSeed } from "./run-seed.ts";

/** `npm run simulate -- --seeds N --seed S`: plays N seeds from S on; a seed that breaks a promise is told in full. */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    timeline: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.seeds);
const begun = performance.now();
const totals = { vends: 0, problems: 0, calls: 0 };
let broken = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const run = await runSeed(seed);
  totals.vends += run.vends;
  totals.problems += run.problems;
  totals.calls += run.calls;
  if (run.violations.length > 0) broken += 1;
  if (values.timeline || (run.violations.length > 0 && broken <= 3)) {
    console.log(run.timeline.join("\n"));
    for (const violation of run.violations) console.log(`  ✗ ${violation}`);
    console.log(`  replay: npm run simulate -- --seeds 1 --seed ${seed} --timeline\n`);
  }
}
const seconds = (performance.now() - begun) / 1000;
const rate = Math.round(count / seconds);
console.log(
  `${count} seeds in ${seconds.toFixed(1)} s (${rate} a second): ${broken} broke a promise`,
);
console.log(`${totals.vends} vends, ${totals.problems} problems, ${totals.calls} provider calls`);
process.exitCode = broken > 0 ? 1 : 0;
