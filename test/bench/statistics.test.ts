import { describe, expect, test } from "vitest";
import { counted, estimate } from "../../bench/statistics/bootstrap.ts";
import { median, quantile } from "../../bench/statistics/quantile.ts";
import { shuffled } from "../../bench/statistics/random.ts";
import { seededRandom } from "../simulation/virtual-time.ts";

describe("a quantile", () => {
  test.each([
    [0, 1],
    [0.25, 2],
    [0.5, 3],
    [0.9, 4.6],
    [1, 5],
  ])("%d of five values in any order is %d", (share, expected) => {
    expect(quantile([5, 3, 1, 4, 2], share)).toBeCloseTo(expected, 10);
  });

  test("of no values is no number, and a median lies between two values", () => {
    expect(quantile([], 0.5)).toBeNaN();
    expect(median([1, 2])).toBe(1.5);
  });
});

test("every order of three comes about equally often, and the original stays as it is", () => {
  const random = seededRandom(1);
  const original = ["a", "b", "c"] as const;
  const orders = Array.from({ length: 6000 }, () => shuffled(original, random).join(""));
  const counts = [...Map.groupBy(orders, (order) => order).values()].map(({ length }) => length);
  expect(counts).toHaveLength(6);
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(original.join("")).toBe("abc");
});

describe("an estimate", () => {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

  test("has an interval as wide as theory says: 1.96 standard errors to both sides", () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 400 }, random);
    const { value, low, high } = estimate(values, mean);
    const standardError = Math.sqrt(1 / 12 / values.length);
    expect(value).toBe(mean(values));
    expect((high - value) / standardError).toBeGreaterThan(1.5);
    expect((high - value) / standardError).toBeLessThan(2.4);
    expect((value - low) / standardError).toBeGreaterThan(1.5);
    expect((value - low) / standardError).toBeLessThan(2.4);
  });

  test("of a paired ratio is exact if each block has the same one, however noisy the blocks are", () => {
    const random = seededRandom(4);
    const blocks = Array.from({ length: 10 }, () => 1 + 50 * random()).map((one) => [one * 2, one]);
    const ratio = (drawn: readonly (readonly number[])[]) =>
      median(drawn.map(([a = 0, b = 0]) => a / b));
    expect(estimate(blocks, ratio)).toEqual({ value: 2, low: 2, high: 2 });
  });

  test("of a count is the count", () => {
    expect(counted(3)).toEqual({ value: 3, low: 3, high: 3 });
  });
});
