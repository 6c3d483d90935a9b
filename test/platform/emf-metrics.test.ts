import { describe, expect, test } from "vitest";
import type { Measure, MeasuredPart } from "../../functions/model/metrics.ts";
import { dimensionOf, measures } from "../../functions/model/metrics.ts";
import { emfMetrics, flushMetricsAfter } from "../../functions/platform/emf-metrics.ts";
import { at } from "../support/a-record.ts";
import { parseEmf } from "../support/emf.ts";
import { FixedClock } from "../support/fixed-clock.ts";

function play() {
  const lines: string[] = [];
  const clock = new FixedClock(at("10:00:00.000"));
  const metrics = emfMetrics(
    (line) => lines.push(line),
    () => clock.now(),
    "conferma/production",
  );
  /** One invocation that records these metrics. */
  const invocation = (...recorded: readonly (readonly [Measure, number, MeasuredPart?])[]) => {
    for (const [measure, value, part] of recorded) metrics.record(measure, value, part);
    metrics.flush();
  };
  return { lines, clock, invocation };
}

describe("a line of metrics", () => {
  test("has CloudWatch's embedded metric format", () => {
    const { lines, invocation } = play();
    invocation(["Vends", 1], ["RemainingLifeMs", 298_500]);
    expect(lines).toEqual([
      `${JSON.stringify({
        level: "info",
        time: "2026-11-20T10:00:00.000Z",
        event: "metrics",
        _aws: {
          Timestamp: Number(at("10:00:00.000")),
          CloudWatchMetrics: [
            {
              Namespace: "TokenVending",
              Dimensions: [["Realm"]],
              Metrics: [
                { Name: "Vends", Unit: "Count" },
                { Name: "RemainingLifeMs", Unit: "Milliseconds" },
              ],
            },
          ],
        },
        Realm: "conferma/production",
        Vends: 1,
        RemainingLifeMs: 298_500,
      })}\n`,
    ]);
  });

  test.each(Object.keys(measures) as Measure[])("may carry %s", (measure) => {
    const { lines, invocation } = play();
    const isDivided = dimensionOf(measure) !== null;
    invocation(isDivided ? [measure, 7, "provider"] : [measure, 7]);
    expect(parseEmf(lines[0] ?? "")).toEqual({
      realm: "conferma/production",
      parts: isDivided ? { [measure]: "provider" } : {},
      values: { [measure]: 7 },
      units: { [measure]: measures[measure].unit },
    });
  });

  test("has the sum, the minimum, or each value, as the measure requires", () => {
    const { lines, invocation } = play();
    invocation(
      ["Vends", 1],
      ["Vends", 1],
      ["RemainingLifeMs", 500],
      ["RemainingLifeMs", 200],
      ["RemainingLifeMs", 300],
      ["LeaseWaitMs", 30],
      ["LeaseWaitMs", 10],
    );
    expect(parseEmf(lines[0] ?? "").values).toEqual({
      Vends: 2,
      RemainingLifeMs: 200,
      LeaseWaitMs: [30, 10],
    });
  });

  test("of a refused vend has each dimension once: the realm's sum, its part, and the part of all realms", () => {
    const { lines, invocation } = play();
    invocation(
      ["Refusals", 1, "store-unavailable"],
      ["Unserved", 1, "ours"],
      ["DependencyFailures", 1, "kms"],
      ["DependencyFailures", 1, "kms"],
    );
    const [line = "", ...others] = lines;
    expect(others).toEqual([]);
    const { _aws, ...members } = JSON.parse(line);
    expect(members).toMatchObject({
      Realm: "conferma/production",
      ...{ Code: "store-unavailable", Refusals: 1 },
      ...{ Fault: "ours", Unserved: 1 },
      ...{ Dependency: "kms", DependencyFailures: 2 },
    });
    expect(_aws.CloudWatchMetrics[0]).toEqual({
      Namespace: "TokenVending",
      Dimensions: [["Realm"], ["Realm", "Code"], ["Code"]],
      Metrics: [{ Name: "Refusals", Unit: "Count" }],
    });
  });

  test("has one value of a dimension: a second one is on a line of its own, and nothing is counted twice", () => {
    const { lines, invocation } = play();
    invocation(
      ["Vends", 3],
      ["Refusals", 1, "store-unavailable"],
      ["Unserved", 1, "ours"],
      ["Refusals", 2, "invalid-request"],
    );
    expect(lines.map(parseEmf).map(({ parts, values }) => ({ parts, values }))).toEqual([
      {
        parts: { Refusals: "store-unavailable", Unserved: "ours" },
        values: { Vends: 3, Refusals: 1, Unserved: 1 },
      },
      { parts: { Refusals: "invalid-request" }, values: { Refusals: 2 } },
    ]);
  });

  test("has the maximum where the oldest counts", () => {
    const { lines, invocation } = play();
    invocation(["OverdueMs", 5], ["OverdueMs", 900], ["OverdueMs", 0]);
    expect(parseEmf(lines[0] ?? "").values).toEqual({ OverdueMs: 900 });
  });

  test("is written before values are lost: of vends that were measured, each is", () => {
    const { lines, invocation } = play();
    invocation(["VendMs", 0]);
    for (let n = 1; n <= 150; n += 1) invocation(["VendMs", n]);
    expect(lines.flatMap((line) => parseEmf(line).values["VendMs"] ?? [])).toHaveLength(101);
  });

  test("has at most as many values of one metric as CloudWatch allows", () => {
    const { lines, invocation } = play();
    invocation(...Array.from({ length: 250 }, (_, n) => ["LeaseWaitMs", n] as const));
    expect(parseEmf(lines[0] ?? "").values["LeaseWaitMs"]).toHaveLength(100);
  });

  test("has numbers only", () => {
    const { lines, invocation } = play();
    invocation(["RemainingLifeMs", Number.NaN], ["KeyEndsInDays", Number.POSITIVE_INFINITY]);
    expect(lines).toEqual([]);
    invocation(["LeaseWaitMs", Number.NaN], ["LeaseWaitMs", 3]);
    expect(parseEmf(lines[0] ?? "").values).toEqual({ LeaseWaitMs: 3 });
  });
});

describe("metrics are written", () => {
  test("by the first invocation, and then once in ten seconds however many there are", () => {
    const { lines, clock, invocation } = play();
    for (let n = 0; n < 1000; n += 1) {
      invocation(["Vends", 1]);
      clock.advance(25);
    }
    expect(lines.map((line) => parseEmf(line).values["Vends"])).toEqual([1, 400, 400]);
  });

  test.each([
    "Issues",
    "IssueFailures",
    "Contested",
    "CredentialsRejected",
    "LeaseWaitMs",
    "LateIssues",
    "RenewalFailures",
    "OverdueMs",
  ] as const)("at once for an event: %s", (measure) => {
    const { lines, invocation } = play();
    invocation(["Vends", 1]);
    invocation(["Vends", 1]);
    invocation([measure, 1]);
    expect(lines.map((line) => parseEmf(line).values)).toEqual([
      { Vends: 1 },
      { Vends: 1, [measure]: 1 },
    ]);
  });

  test("not by an invocation that recorded nothing", () => {
    const { lines, invocation } = play();
    invocation();
    expect(lines).toEqual([]);
  });

  test("once: a written value is not counted again", () => {
    const { lines, clock, invocation } = play();
    invocation(["Issues", 1]);
    clock.advance(60_000);
    invocation(["Vends", 1]);
    expect(parseEmf(lines[1] ?? "").values).toEqual({ Vends: 1 });
  });
});

describe("metrics never make an invocation fail", () => {
  test("not when the log cannot be written", () => {
    const clock = new FixedClock(at("10:00:00.000"));
    const broken = () => {
      throw new Error("EPIPE");
    };
    const metrics = emfMetrics(broken, () => clock.now(), "conferma/production");
    metrics.record("Issues", 1);
    expect(() => metrics.flush()).not.toThrow();
  });
});

describe("a handler", () => {
  test("keeps its answer, and its metrics are flushed even when it throws", async () => {
    const flushed: string[] = [];
    const flush = () => void flushed.push("flushed");
    const answer = flushMetricsAfter(async (event: string, context: number) => [event, context], {
      flush,
    });
    expect(await answer("event", 1)).toEqual(["event", 1]);
    const failure = new Error("defect");
    await expect(flushMetricsAfter(() => Promise.reject(failure), { flush })()).rejects.toBe(
      failure,
    );
    expect(flushed).toHaveLength(2);
  });
});
