import { setImmediate } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { InvocationResult } from "../../../local/aws/lambda/lambda-host.ts";
import { startScheduler } from "../../../local/aws/scheduler.ts";

const role = "arn:aws:iam::123456789012:role/Renew-1-Tick";
const target = "arn:aws:lambda:eu-west-1:123456789012:function:Renew-1";

/** A template's schedules, as `resourcesOf` returns them. */
const deployedWith = (
  ...all: { expression?: string; arn?: string; input?: string; changes?: object }[]
) => ({
  resourcesOf: (type: string) =>
    all.map(({ expression = "rate(1 minute)", arn = target, input, changes = {} }, n) => ({
      logicalId: `${type.split("::").at(-1)}${n}`,
      properties: {
        ScheduleExpression: expression,
        State: "ENABLED",
        FlexibleTimeWindow: { Mode: "OFF" },
        ...changes,
        Target: { Arn: arn, RoleArn: role, ...(input === undefined ? {} : { Input: input }) },
      },
    })),
});

const answered = (changes: Partial<InvocationResult> = {}): InvocationResult => {
  const payload = { due: 0, renewed: 0, skipped: 0, failed: 0 };
  return { requestId: "r", payload, pid: 1, coldStart: false, durationMs: 1, ...changes };
};

/** A scheduler whose time is advanced by the test. */
function started(
  deployed: ReturnType<typeof deployedWith>,
  answer: () => Promise<InvocationResult> = async () => answered(),
) {
  const invoked: [name: string, payload: unknown][] = [];
  const failures: [name: string, error: unknown][] = [];
  const repeated = new Map<() => void, number>();
  const scheduler = startScheduler(
    deployed,
    ({ functionName, payload }) => {
      invoked.push([functionName, payload]);
      return answer();
    },
    (name, error) => failures.push([name, error]),
    (work, everyMs) => {
      repeated.set(work, everyMs);
      return () => void repeated.delete(work);
    },
  );
  onTestFinished(scheduler.stop);
  const tick = async () => {
    for (const work of repeated.keys()) work();
    await setImmediate();
  };
  return { scheduler, invoked, failures, repeated, tick };
}

describe("the local scheduler", () => {
  it.each([
    ["rate(1 minute)", 60_000],
    ["rate(5 minutes)", 300_000],
    ["rate(1 hour)", 3_600_000],
    ["rate(12 hours)", 43_200_000],
    ["rate(2 days)", 172_800_000],
  ])("runs at %s", (expression, everyMs) => {
    const { scheduler, repeated } = started(deployedWith({ expression }));
    expect(scheduler.schedules).toEqual([
      { functionName: "Renew-1", everyMs, payload: {}, roleArn: role },
    ]);
    expect([...repeated.values()]).toEqual([everyMs]);
  });

  it.each([
    "cron(0 12 * * ? *)",
    "at(2026-11-20T10:00:00)",
    "rate(0 minutes)",
    "rate(1 second)",
    "rate(1.5 hours)",
    "rate(30 days)",
    "",
  ])("refuses %j, naming the schedule, and starts nothing", (expression) => {
    expect(() => started(deployedWith({}, { expression }))).toThrow(/^Schedule1: only rate/);
  });

  it.each([
    { State: "DISABLED" },
    { State: undefined },
    { FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 } },
    { FlexibleTimeWindow: undefined },
  ])("refuses a schedule that it cannot run faithfully: %j", (changes) => {
    expect(() => started(deployedWith({}, { changes }))).toThrow(/^Schedule1: only schedules/);
  });

  it("refuses a target that is not a function", () => {
    const arn = "arn:aws:sqs:eu-west-1:123456789012:queue";
    expect(() => started(deployedWith({ arn }))).toThrow(/^Schedule0: only rate/);
  });

  it("invokes each function with its schedule's input, not before its first interval is over", async () => {
    const other = target.replace("Renew-1", "Other");
    const { invoked, tick } = started(
      deployedWith({ input: '{"realm":"a"}' }, { arn: other, input: "{}" }),
    );
    expect(invoked).toEqual([]);
    await tick();
    expect(invoked).toEqual([
      ["Renew-1", { realm: "a" }],
      ["Other", {}],
    ]);
  });

  it("does not wait for a run to end before the next begins", async () => {
    const { invoked, failures, tick } = started(deployedWith({}), () => new Promise(() => {}));
    await tick();
    await tick();
    await tick();
    expect(invoked).toHaveLength(3);
    expect(failures).toEqual([]);
  });

  it("reports a function that fails and one that cannot be invoked, and continues", async () => {
    const errors = [{ errorMessage: "store-unavailable" }, new Error("throttled")];
    const answers = [
      async () => answered({ functionError: "Unhandled", payload: errors[0] }),
      () => Promise.reject(errors[1]),
      async () => answered(),
    ];
    const { invoked, failures, tick } = started(deployedWith({}), () =>
      (answers.shift() ?? expect.fail("ticked too often"))(),
    );
    for (let n = 0; n < 3; n += 1) await tick();
    expect(invoked).toHaveLength(3);
    expect(failures).toEqual(errors.map((error) => ["Renew-1", error]));
  });

  it("does nothing once it is stopped, and does not report failures caused by that", async () => {
    const pending = Promise.withResolvers<InvocationResult>();
    const { scheduler, invoked, failures, repeated, tick } = started(
      deployedWith({}),
      () => pending.promise,
    );
    await tick();
    await scheduler.stop();
    expect(repeated.size).toBe(0);
    pending.reject(new Error("the Lambda host has been stopped"));
    await tick();
    expect(invoked).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it("runs on real timers, and leaves none behind", async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const scheduler = startScheduler(
      deployedWith({}, {}),
      async () => answered(),
      () => {},
    );
    expect(timers()).toBe(before + 2);
    await scheduler.stop();
    expect(timers()).toBe(before);
  });
});
