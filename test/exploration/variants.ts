import type { Breakage as SimulatedBreakage } from "../simulation/run-seed.ts";

export type Breakage = SimulatedBreakage;
