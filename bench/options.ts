import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface BenchOptions {
  /** Twelve minutes instead of three. */
  readonly isFull: boolean;
  /** Measures on a busy machine too. */
  readonly isForced: boolean;
  /** Of the random order and the bootstrap. */
  readonly seed: number;
  /** Only these measures, and no page; empty: all. */
  readonly only: readonly string[];
}

export const benchUsage = `Usage: npm run bench -- [options]

  --full              twelve minutes instead of three
  --only <measures>   only these, separated by commas; writes no page
  --seed <number>     of the random order (default 1)
  --force             measures although the machine is busy; the page says so`;

/** Reads the arguments. Throws a `RangeError` for those that say nothing. */
export function readBenchOptions(
  args: readonly string[],
  measures: readonly string[],
): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      full: { type: "boolean", default: false },
      force: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new RangeError("--seed is a whole number.");
  const only = values.only.split(",").filter(Boolean);
  const unknown = only.filter((name) => !measures.includes(name));
  if (unknown.length > 0) {
    throw new RangeError(`No measure ${unknown.join(", ")}: there are ${measures.join(", ")}.`);
  }
  return { isFull: values.full, isForced: values.force, seed, only };
}
