import { setTimeout as sleep } from "node:timers/promises";
import type { JournalEntry } from "../simulators/kit/journal.ts";
import { fingerprintOf } from "../simulators/kit/journal.ts";
import type { Simulator } from "../simulators/kit/simulator.ts";
import type { CallerReply } from "./callers.ts";

/** The tokens that a provider issued to us, oldest first, as its own journal has them. */
export function issuedBy({ journal }: Simulator): JournalEntry[] {
  return journal.filter(({ kind, foreign }) => kind === "issue" && !foreign);
}

/** The calls to its token address that a provider answered badly, oldest first. */
export function faultsOf({ journal }: Simulator): JournalEntry[] {
  return journal.filter(({ kind, route }) => kind === "fault" && route === "token");
}

/** How many callers hold the token that the provider issued last, under the one version that is told of it. */
export function callersWithLatest(simulator: Simulator, replies: readonly CallerReply[]): number {
  const latest = issuedBy(simulator).at(-1)?.fingerprint;
  const holders = replies
    .flatMap(({ answer }) => answer ?? [])
    .filter((answer) => answer.fingerprint === latest && fingerprintOf(answer.token) === latest);
  return holders.filter(({ version }) => version === holders[0]?.version).length;
}

/** From the death of one token to the issue of the next, for each pair. */
export function gapsBetween(issues: readonly JournalEntry[], lifetimeMs: number): number[] {
  return issues.slice(1).map(({ at }, index) => at - ((issues[index]?.at ?? at) + lifetimeMs));
}

/** Waits until the provider has seen something. */
export async function waitUntilSeen(what: string, hasHappened: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!hasHappened()) {
    if (performance.now() > giveUpAt) throw new Error(`The provider never saw ${what}.`);
    await sleep(5);
  }
}
