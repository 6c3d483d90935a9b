import fc from "fast-check";
import type { Border, Finding } from "./border.ts";
import { judge } from "./judge.ts";

/** A finding, and the smallest input known to lead to one. */
export interface FailedSeed extends Finding {
  readonly seed: number;
  readonly border: string;
  /** As text, for people. */
  readonly input: string;
}

/** Shrinking ends then: a hang takes long each time. */
const maxShrinkMs = 20_000;

export function borderOf(borders: readonly Border[], seed: number): Border {
  const border = borders[seed % borders.length];
  if (!border) throw new RangeError("There is no border.");
  return border;
}

export interface TriedSeed {
  readonly border: string;
  /** Null when everything held. */
  readonly failed: FailedSeed | null;
  readonly cpuMs: number;
}

/** Plays the input of a seed. One that fails is shrunk, to one with the same verdict. `onPlay` hears of each attempt. */
export async function trySeed(
  borders: readonly Border[],
  seed: number,
  onPlay: () => void = () => {},
): Promise<TriedSeed> {
  const border = borderOf(borders, seed);
  const found: { finding: Finding; input: unknown }[] = [];
  let cpuMs: number | null = null;
  const property = fc.asyncProperty(border.inputs, async (input) => {
    onPlay();
    const judgement = await judge(border, input);
    cpuMs ??= judgement.cpuMs;
    const { finding } = judgement;
    if (!finding || (found[0] && finding.verdict !== found[0].finding.verdict)) return true;
    found.push({ finding, input });
    return false;
  });
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: maxShrinkMs });
  const { name } = border;
  const smallest = found.at(-1);
  const failed = smallest && {
    ...smallest.finding,
    ...{ seed, border: name, input: printed(smallest.input) },
  };
  return { border: name, failed: failed ?? null, cpuMs: cpuMs ?? 0 };
}

/** The input of a seed, before shrinking. */
export function inputOf(borders: readonly Border[], seed: number): string {
  // A property, because a bare generator would take other random numbers.
  const property = fc.asyncProperty(borderOf(borders, seed).inputs, async () => true);
  const [[input] = []] = fc.sample(property, { seed, numRuns: 1 });
  return printed(input);
}

const maxPrinted = 2000;

function printed(input: unknown): string {
  const text = fc.stringify(input);
  return text.length <= maxPrinted ? text : `${text.slice(0, maxPrinted)}…`;
}
