import path from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { areas, guards } from "./areas.ts";
import { changedLines } from "./changed-lines.ts";
import type { Mutant, Score } from "./score.ts";
import { formatScores, isTooLow, scoreOf } from "./score.ts";

/**
 * `npm run mutate`: mutates functions/ area by area and runs the area's tests on each mutant (docs/mutation-testing.md).
 * Fails when an area's score is too low, and when a mutant of a guard survives.
 */
const { values, positionals } = parseArgs({
  options: {
    changed: { type: "boolean", default: false },
    incremental: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

const targets = values.changed ? changedLines(positionals[0] ?? "main") : positionals;
const mutants: Mutant[] = [];
const scores: Score[] = [];
for (const { folder, tests, leastScore } of areas) {
  const mutate = targetsIn(`functions/${folder}`);
  if (mutate.length === 0) continue;
  const found = await new Stryker({
    mutate,
    testFiles: tests.map((glob) => `test/${glob}`),
    incremental: values.incremental,
    incrementalFile: `dist/mutation/${folder}.incremental.json`,
    jsonReporter: { fileName: `dist/mutation/${folder}.json` },
  }).runMutationTest();
  mutants.push(...found);
  scores.push(scoreOf(folder, found, leastScore));
}
if (scores.length === 0) fail(nothingToMutate());

const ofGuards = mutants.filter(({ fileName }) => guards.includes(path.relative(".", fileName)));
scores.push(scoreOf("guards", ofGuards, 100));
console.log(`\n${formatScores(scores)}`);
process.exitCode = scores.some(isTooLow) ? 1 : 0;

/** All of the folder unless something else was asked for. A target is a folder, or a file with or without lines. */
function targetsIn(folder: string): string[] {
  const all = !values.changed && targets.length === 0 ? [folder] : targets;
  return all
    .filter((target) => `${target}/`.startsWith(`${folder}/`))
    .map((target) => (target.includes(".ts") ? target : path.join(target, "**/*.ts")));
}

function nothingToMutate(): string {
  const folders = areas.map(({ folder }) => `functions/${folder}`).join(", ");
  return values.changed
    ? `Nothing has changed in ${folders}: name an earlier commit, as in \`npm run mutate -- --changed HEAD~3\`.`
    : `Name folders or files in ${folders}, or nothing to mutate them all.`;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
