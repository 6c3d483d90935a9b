import type { Breakage } from "../support/breakage.ts";
import type { Run } from "./simulated-world.ts";
import { SimulatedWorld } from "./simulated-world.ts";

export async function runSeed(seed: number, breakage: Breakage = {}): Promise<Run> {
  const world = new SimulatedWorld(seed, breakage);
  await world.play();
  return world.result();
}
