import type { Pending } from "./request.ts";

/**
 * What may go wrong with one request. The process: `crash` after the effect; `freeze` before the request leaves; `stall`
 * between effect and answer. The way: `refused` without an effect; `lost` answer; `repeated` by the SDK after it had
 * succeeded; `slow` answer while the process goes on waiting; `stray`: the sender gives up and the request takes effect
 * later; `silence`: it never arrives and the sender waits until it gives up.
 */
export const faults = [
  "refused",
  "lost",
  "repeated",
  "crash",
  "freeze",
  "stall",
  "slow",
  "stray",
  "silence",
] as const;

export type ExploredFault = (typeof faults)[number];

/**
 * The faults that make a difference. A process that dies between two effects dies right after the first, so only a
 * request with an effect has a crash. A look that brings nothing new is not disturbed: its process ends or waits as it
 * might have at the look before.
 */
export function possibleFaults({
  request,
  effect,
  isAbandoned,
}: Pending): readonly ExploredFault[] {
  if (effect || isAbandoned || request.to === "outside") return [];
  const hasEffect = request.hasEffect();
  if (request.to === "provider") return hasEffect ? callFaults : probeFaults;
  if (request.to === "table" && hasEffect) return writeFaults;
  return request.bringsNews() ? lookFaults : [];
}

const callFaults: readonly ExploredFault[] = [
  "crash",
  "freeze",
  "stall",
  "lost",
  "refused",
  "stray",
  "silence",
];
const probeFaults: readonly ExploredFault[] = ["freeze", "refused", "silence"];
const writeFaults: readonly ExploredFault[] = [
  "crash",
  "freeze",
  "lost",
  "refused",
  "repeated",
  "stray",
];
const lookFaults: readonly ExploredFault[] = ["refused", "slow"];
