import type { Goal } from "./goals.ts";
import type { Estimate } from "./statistics/bootstrap.ts";

/** A goal and what was measured. */
export interface GoalVerdict {
  readonly goal: Goal;
  readonly measured: Estimate;
  readonly isReached: boolean;
  /** Worse than today's code is accepted to be. */
  readonly isBroken: boolean;
}

const notFound: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

/**
 * Judges what was measured. A count counts as it is. A time is beyond its bound only if its whole interval is: what
 * chance explains fails nobody. A figure that is missing or no number is.
 */
export function judgeGoals(
  goals: readonly Goal[],
  figures: Readonly<Record<string, Estimate>>,
): readonly GoalVerdict[] {
  return goals.map((goal) => {
    const measured = figures[goal.id] ?? notFound;
    const { value, low } = measured;
    const least = goal.kind === "count" ? value : low;
    return {
      goal,
      measured,
      isReached: value <= goal.target,
      isBroken: !(least <= goal.accepted),
    };
  });
}
