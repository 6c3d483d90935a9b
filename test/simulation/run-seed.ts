import type { Breakage } from "../support/breakage.ts";
import { SimulatedWorld } from "./simulated-world.ts";

/** What one seed came to; the same seed gives the same result, to the letter. */
export interface Run {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly vends: number;
  readonly problems: number;
  readonly calls: number;
  readonly timeline: readonly string[];
  /** How often each transition of the protocol was taken. */
  readonly taken: ReadonlyMap<string, number>;
}

export async function runSeed(seed: number, breakage: Breakage = {}): Promise<Run> {
  const world = new SimulatedWorld(seed, breakage);
  await world.play();
  return world.result();
}
