import { measureBulkheads } from "./bulkheads.ts";
import { measureColdBurst } from "./cold-burst.ts";
import { measureColdStart } from "./cold-start.ts";
import { measureConcurrentCalls } from "./concurrent-calls.ts";
import { measureLeaderDeath } from "./leader-death.ts";
import { measureManyConnections } from "./many-connections.ts";
import type { BenchMeasure, MeasureName } from "./measure.ts";
import { measureMemoryVend } from "./memory-vend.ts";
import { measureRenewalTick } from "./renewal-tick.ts";
import { measureRollover } from "./rollover.ts";
import { measureStoreHit } from "./store-hit.ts";

/** A measure and what it needs. */
export interface NamedMeasure {
  readonly name: MeasureName;
  readonly measure: BenchMeasure;
  /** How many warm processes of every candidate it uses. */
  readonly processes: number;
  /** Runs only with `--full`, or when it is asked for. */
  readonly isFullOnly?: boolean;
}

/** In the order of the page. */
export const namedMeasures: readonly NamedMeasure[] = [
  { name: "cold-burst", measure: measureColdBurst, processes: 32 },
  { name: "rollover", measure: measureRollover, processes: 8 },
  { name: "concurrent-calls", measure: measureConcurrentCalls, processes: 32 },
  { name: "leader-death", measure: measureLeaderDeath, processes: 0, isFullOnly: true },
  { name: "store-hit", measure: measureStoreHit, processes: 1 },
  { name: "memory-vend", measure: measureMemoryVend, processes: 0 },
  { name: "cold-start", measure: measureColdStart, processes: 0 },
  { name: "renewal-tick", measure: measureRenewalTick, processes: 0 },
  { name: "bulkheads", measure: measureBulkheads, processes: 0, isFullOnly: true },
  {
    name: "many-connections",
    measure: measureManyConnections,
    processes: 0,
    isFullOnly: true,
  },
];
