import type { Pool } from "../processes/pool.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import type { Random } from "../statistics/random.ts";
import type { BenchWorld } from "../world/world.ts";

/** The measures' names, for `--only` and for the goals. */
export type MeasureName =
  | "cold-burst"
  | "rollover"
  | "concurrent-calls"
  | "leader-death"
  | "store-hit"
  | "memory-vend"
  | "cold-start"
  | "renewal-tick"
  | "bulkheads"
  | "many-connections";

/** What a measure is given: where it runs, and how much of it. */
export interface MeasureContext {
  readonly world: BenchWorld;
  /** Warm processes of every candidate. */
  readonly pool: Pool;
  readonly random: Random;
  /** Ten minutes instead of two: five times the blocks. */
  readonly isFull: boolean;
  /** Says on the terminal what is being done. */
  progress(text: string): void;
}

/** A table of the page. */
export interface PageTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a measure found. */
export interface MeasureResult {
  readonly title: string;
  /** What was done, in a few sentences. */
  readonly text: string;
  readonly table: PageTable;
  /** By the ids of goals.ts. */
  readonly figures: Readonly<Record<string, Estimate>>;
  /** The points of its chart, if it has one. */
  readonly points?: readonly ChartPoint[];
}

/** One point of a line of a chart. */
export interface ChartPoint {
  readonly line: string;
  readonly x: number;
  readonly y: number;
}

export type BenchMeasure = (context: MeasureContext) => Promise<MeasureResult>;

/** How many blocks or samples: five times as many in a full run. */
export function blocksOf({ isFull }: Pick<MeasureContext, "isFull">, usual: number): number {
  return isFull ? usual * 5 : usual;
}
