import { describe, expect, test } from "vitest";
import type { Goal } from "../../bench/goals.ts";
import { goalOf, goals } from "../../bench/goals.ts";
import { judgeGoals } from "../../bench/judge.ts";
import { namedMeasures } from "../../bench/measures/measures.ts";

const bounds = { measure: "store-hit", what: "made up", target: 1, accepted: 2 } as const;
const count: Goal = { ...bounds, id: "count", kind: "count" };
const time: Goal = { ...bounds, id: "time", kind: "time" };

const around = (value: number, low: number, high: number) => ({ value, low, high });

function verdictOn(goal: Goal, measured: ReturnType<typeof around>) {
  const [judgement] = judgeGoals([goal], { [goal.id]: measured });
  return judgement && [judgement.isReached, judgement.isBroken];
}

describe("a goal", () => {
  test("is reached at its target, not yet above it", () => {
    expect(verdictOn(count, around(1, 1, 1))).toEqual([true, false]);
    expect(verdictOn(time, around(1, 0.9, 1.4))).toEqual([true, false]);
    expect(verdictOn(time, around(1.1, 0.9, 1.4))).toEqual([false, false]);
    expect(verdictOn(time, around(2, 1.9, 2.1))).toEqual([false, false]);
  });

  test("of a count is broken by its value, of a time only by its whole interval", () => {
    const wide = around(2.5, 1.9, 3);
    expect(verdictOn(count, wide)).toEqual([false, true]);
    expect(verdictOn(time, wide)).toEqual([false, false]);
    expect(verdictOn(time, around(2.5, 2.1, 3))).toEqual([false, true]);
  });

  test("is broken by a figure that is no number", () => {
    const none = around(Number.NaN, Number.NaN, Number.NaN);
    expect(verdictOn(count, none)).toEqual([false, true]);
    expect(verdictOn(time, none)).toEqual([false, true]);
  });

  test("is broken by a figure that is missing: no measure drops a goal by a slip of a name", () => {
    const verdicts = judgeGoals([count, time], { time: around(1, 1, 1) });
    expect(verdicts.map(({ isBroken }) => isBroken)).toEqual([true, false]);
  });
});

describe("the goals", () => {
  test("are each found by a name of their own", () => {
    for (const goal of goals) expect(goalOf(goal.id)).toBe(goal);
    expect(() => goalOf("unheard-of")).toThrow(RangeError);
  });

  test("accept nothing that is better than their target", () => {
    for (const { id, target, accepted } of goals) expect(target, id).toBeLessThanOrEqual(accepted);
  });

  test("belong to every measure that there is", () => {
    const judged = new Set(goals.map(({ measure }) => measure));
    expect([...judged].sort()).toEqual(namedMeasures.map(({ name }) => name).sort());
  });

  test("accept no second issue, no dead token and no failure", () => {
    const strict = goals.filter(({ id }) => /-(issues|dead-tokens|failures)$/.test(id));
    expect(strict).toHaveLength(11);
    for (const { id, accepted } of strict) expect(accepted).toBe(id.endsWith("-issues") ? 1 : 0);
  });
});
