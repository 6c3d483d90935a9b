import { seededRandom } from "../test/simulation/virtual-time.ts";
import { candidates } from "./candidates/candidate.ts";
import type { MeasureResult } from "./measures/measure.ts";
import type { NamedMeasure } from "./measures/measures.ts";
import type { BenchOptions } from "./options.ts";
import { startPool } from "./processes/pool.ts";
import type { ProgressLine } from "./report/terminal.ts";
import { startWorld } from "./world/world.ts";

/** Runs the measures one after another in one world. Ends every process, also when one of them fails. */
export async function runMeasures(
  measures: readonly NamedMeasure[],
  { isFull, seed }: BenchOptions,
  progress: ProgressLine,
): Promise<readonly MeasureResult[]> {
  const random = seededRandom(seed);
  const world = await startWorld();
  const size = Math.max(0, ...measures.map(({ processes }) => processes));
  progress.keep(`  ${size} processes of ${candidates.length} candidates start and warm up.`);
  const pool = await startPool(world, size, candidates).catch(async (error: unknown) => {
    await world.stop();
    throw error;
  });
  try {
    const findings: MeasureResult[] = [];
    for (const { name, measure } of measures) {
      const begunAt = performance.now();
      findings.push(await measure({ world, pool, random, isFull, progress: progress.show }));
      progress.keep(`  ${name} took ${Math.round((performance.now() - begunAt) / 1000)} s.`);
    }
    return findings;
  } finally {
    await pool.stop();
    await world.stop();
  }
}
