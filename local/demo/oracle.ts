import { setTimeout as sleep } from "node:timers/promises";
import type { JournalEntry } from "../simulators/kit/journal.ts";
import { fingerprintOf } from "../simulators/kit/journal.ts";
import type { Simulator } from "../simulators/kit/simulator.ts";
import type { CallerReply } from "./callers.ts";

/** The tokens that a provider issued to us, oldest first, according to its journal. */
export function issuedBy({ journal }: Simulator): JournalEntry[] {
  return journal.filter(({ kind, foreign }) => kind === "issue" && !foreign);
}

/** The faulted requests to a provider's token endpoint, oldest first. */
export function faultsOf({ journal }: Simulator): JournalEntry[] {
  return journal.filter(({ kind, route }) => kind === "fault" && route === "token");
}

/** How many callers got the token that the provider issued last, with the same version. */
export function callersWithLatest(simulator: Simulator, replies: readonly CallerReply[]): number {
  const latest = issuedBy(simulator).at(-1)?.fingerprint;
  const holders = replies
    .flatMap(({ answer }) => answer ?? [])
    .filter((answer) => answer.fingerprint === latest && fingerprintOf(answer.token) === latest);
  return holders.filter(({ version }) => version === holders[0]?.version).length;
}

/** The times from the expiry of each token to the issue of the next. */
export function gapsBetween(issues: readonly JournalEntry[], lifetimeMs: number): number[] {
  return issues.slice(1).map(({ at }, index) => at - ((issues[index]?.at ?? at) + lifetimeMs));
}

/** Waits until the provider has recorded an event. */
export async function waitUntilSeen(what: string, hasHappened: () => boolean): Promise<void> {
  const deadlineAt = performance.now() + 10_000;
  while (!hasHappened()) {
    if (performance.now() > deadlineAt) throw new Error(`The provider never saw ${what}.`);
    await sleep(5);
  }
}
