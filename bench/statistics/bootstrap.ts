import { seededRandom } from "../../test/simulation/virtual-time.ts";
import { quantile } from "./quantile.ts";

/** A measured value, and where it would lie in 95 of 100 repetitions of the same blocks. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 1000;

/**
 * A percentile bootstrap. What is drawn again is a whole block, within which all candidates ran under the same
 * conditions: a statistic that compares them stays paired, and noise that lasts for a block does not look like precision.
 * The same figure has the same interval wherever it is written. Of two or three blocks it is little more than their range.
 */
export function estimate<Block>(
  blocks: readonly Block[],
  statistic: (blocks: readonly Block[]) => number,
): Estimate {
  const random = seededRandom(resamples);
  const drawn = Array.from({ length: resamples }, () =>
    statistic(blocks.map(() => blocks[Math.floor(random() * blocks.length)] as Block)),
  );
  return { value: statistic(blocks), low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** A count: it is what it is. */
export function counted(value: number): Estimate {
  return { value, low: value, high: value };
}
