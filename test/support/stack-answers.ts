import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import type { VendResult } from "../../local/vend-client.ts";
import { isVendAnswer } from "../../local/vend-client.ts";

export function expectAnswer(vended: VendResult): VendAnswer {
  if (isVendAnswer(vended)) return vended;
  throw new Error(`Not vended: ${vended.problem.code}: ${vended.problem.detail}`);
}

export function expectProblem(vended: VendResult): Problem {
  if (!isVendAnswer(vended)) return vended.problem;
  throw new Error(`Vended version ${vended.version}, though a problem was expected.`);
}

/** The version that was vended, or the code of the problem. */
export function versionOrCode(vended: VendResult): string | number {
  return isVendAnswer(vended) ? vended.version : vended.problem.code;
}

/** Expects that all callers got the same answer, and returns it. */
export function sameAnswer(all: readonly VendResult[]): VendAnswer {
  const [first, ...others] = all.map(expectAnswer);
  if (!first) throw new Error("Nobody was answered.");
  for (const other of others) expect(other).toEqual(first);
  return first;
}

/** Polls every few milliseconds until the condition holds. Throws if that takes too long. */
export async function until(what: string, holds: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting until ${what}`);
    await sleep(2);
  }
}
