import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import type { Vended } from "../../local/vend-client.ts";
import { isAnswer } from "../../local/vend-client.ts";

export function answerOf(vended: Vended): VendAnswer {
  if (isAnswer(vended)) return vended;
  throw new Error(`Not vended: ${vended.problem.code}: ${vended.problem.detail}`);
}

export function problemOf(vended: Vended): Problem {
  if (!isAnswer(vended)) return vended.problem;
  throw new Error(`Vended version ${vended.version}, though a problem was expected.`);
}

/** The code of a problem, or the version of what was vended: what a caller is told, in a word. */
export function wordOf(vended: Vended): string | number {
  return isAnswer(vended) ? vended.version : vended.problem.code;
}

/** All callers were told the same, and what it was. */
export function sameAnswer(all: readonly Vended[]): VendAnswer {
  const [first, ...others] = all.map(answerOf);
  if (!first) throw new Error("Nobody was answered.");
  for (const other of others) expect(other).toEqual(first);
  return first;
}

/** Looks every few milliseconds, and fails when it takes too long. */
export async function until(what: string, holds: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`It never came to pass: ${what}`);
    await sleep(2);
  }
}
