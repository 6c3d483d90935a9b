import { globSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import type { Area } from "./areas.ts";
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
const scores: Score[] = [];
const ofGuards: Mutant[] = [];
for (const area of areas) {
  const chosen = targetsIn(`functions/${area.folder}`);
  const others = chosen.filter((target) => !isGuard(target));
  const guarding = await mutantsOf(area, "guards", chosen.filter(isGuard));
  const mutants = [...guarding, ...(await mutantsOf(area, "others", others))];
  ofGuards.push(...guarding);
  if (mutants.length > 0) scores.push(scoreOf(area.folder, mutants, area.leastScore));
}
if (scores.length === 0) fail(nothingToMutate());
scores.push(scoreOf("guards", ofGuards, 100));
console.log(`\n${formatScores(scores)}`);
process.exitCode = scores.some(isTooLow) ? 1 : 0;

/** Files with or without lines: all of the folder unless something else was asked for. */
function targetsIn(folder: string): string[] {
  const chosen = !values.changed && targets.length === 0 ? [folder] : targets;
  return chosen
    .filter((target) => `${target}/`.startsWith(`${folder}/`))
    .flatMap((target) => (target.includes(".ts") ? target : globSync(`${target}/**/*.ts`)));
}

function isGuard(target: string): boolean {
  return guards.some((guard) => target.startsWith(guard));
}

async function mutantsOf(
  { folder }: Area,
  part: "guards" | "others",
  mutate: readonly string[],
): Promise<readonly Mutant[]> {
  if (mutate.length === 0) return [];
  const report = `dist/mutation/${folder}-${part}`;
  // Stryker's own `testFiles` would make the change only once the modules, with their constants, are loaded.
  process.env["MUTATED_FOLDER"] = folder;
  const stryker = new Stryker({
    mutate: [...mutate],
    // A mutant that changes a constant has to run every test.
    ignoreStatic: part === "others",
    incremental: values.incremental,
    incrementalFile: `${report}.incremental.json`,
    jsonReporter: { fileName: `${report}.json` },
  });
  const found = await stryker.runMutationTest();
  // With --incremental it tells of every file that was ever mutated.
  return found.filter(({ fileName }) => {
    const file = path.relative(".", fileName);
    return mutate.some((target) => target.startsWith(file));
  });
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
