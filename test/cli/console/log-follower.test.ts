import { describe, expect, test } from "vitest";
import { followLogs } from "../../../cli/console/log-follower.ts";
import type { DeployedFunctions } from "../../../cli/deployed-functions.ts";
import { cliFailure } from "../../../cli/failure.ts";
import type { LoggedLine, LogReader } from "../../../cli/log-reader.ts";

const realm = "conferma/sandbox";
const connection = `${realm}/default`;
const start = Date.parse("2026-11-20T10:00:00.000Z");
const group = (kind: string) => `/aws/lambda/${kind}`;

const functions: DeployedFunctions = {
  invoke: () => Promise.reject(new Error("Nothing is invoked.")),
  logOf: async (kind) => ({ functionName: kind, group: group(kind) }),
  realms: async () => [realm],
  region: async () => "eu-west-1",
  configurationOf: () => Promise.reject(new Error("No configuration is read.")),
  aheadOfAwsMs: () => null,
  close: () => {},
};

/** A follower of what `vend-token` logs: seconds after the start, and the event. `fail` may throw as a log is read. */
function follow(
  lines: readonly (readonly [number, object])[],
  deployed = functions,
  fail = (_group: string): void => undefined,
) {
  const logged = lines.map(([seconds, event], index): LoggedLine => {
    const message = JSON.stringify({ connection, ...event });
    return { id: `${index}`, at: new Date(start + 1000 * seconds), message };
  });
  let now = start;
  const logs: LogReader = {
    async *read(from, _, begin, end) {
      const isIn = ({ at }: LoggedLine) => at >= begin && at < end;
      if (from === group("vend-token")) yield* logged.filter(isIn);
      fail(from);
    },
    close: () => {},
  };
  const from = new Date(start);
  const follower = followLogs({ functions: deployed, logs, from, now: () => new Date(now) });
  return {
    follower,
    async readAt(seconds: number) {
      now = start + 1000 * seconds;
      await follower.read();
    },
  };
}

const issue = (fence: number) => ({
  event: "token-issued",
  ...{ fence, version: fence, reason: "expired", latencyMs: 20, fingerprint: `${fence}` },
});

test("what is read again, because later lines may appear before it, counts once", async () => {
  const { follower, readAt } = follow([
    [1, issue(1)],
    [2, { event: "metrics", Vends: 3 }],
    [30, issue(2)],
  ]);
  await readAt(10);
  await readAt(20);
  await readAt(40);
  expect(follower.counts()).toMatchObject([{ vends: 3, providerCalls: 2 }]);
  expect(follower.activity().map(({ at }) => Date.parse(at) - start)).toEqual([30_000, 1000]);
  expect(follower.readTo).toEqual(new Date(start + 40_000));
});

describe("what could not be read", () => {
  const lines = [
    [1, issue(1)],
    [2, { event: "metrics", Vends: 3 }],
    [100, issue(2)],
  ] as const;
  const denied = () => cliFailure("logs-not-allowed", "AWS denied reading the log", "Denied.");

  test("is read as soon as it can be, and no gap any more", async () => {
    let isDenied = true;
    const { follower, readAt } = follow(lines, functions, () => {
      if (isDenied) throw denied();
    });
    await readAt(0);
    expect(follower.gaps).toMatchObject([{ what: `The logs of ${realm} could not be read.` }]);
    await readAt(200);
    isDenied = false;
    await readAt(400);
    expect(follower.gaps).toEqual([]);
    expect(follower.counts()).toMatchObject([{ vends: 3, providerCalls: 2 }]);
    expect(follower.activity()).toHaveLength(2);
  });

  test("of one function is, too, while the others are read on", async () => {
    let deniedGroup = group("vend-token");
    const { follower, readAt } = follow(lines, functions, (from) => {
      if (from === deniedGroup) throw denied();
    });
    await readAt(0);
    const next = expect.stringMatching(/^Not seen: the log of vend-token \(Denied\.\)/);
    expect(follower.gaps).toEqual([{ what: realm, next }]);
    deniedGroup = "";
    await readAt(400);
    expect(follower.gaps).toEqual([]);
    expect(follower.counts()).toMatchObject([{ vends: 3, providerCalls: 2 }]);
  });

  test("because its log group was not known is, too", async () => {
    let isKnown = false;
    const { follower, readAt } = follow(lines, {
      ...functions,
      logOf: async (kind, of) => {
        if (!isKnown) throw denied();
        return functions.logOf(kind, of);
      },
    });
    await readAt(300);
    isKnown = true;
    await readAt(400);
    expect(follower.activity()).toHaveLength(2);
  });
});

test("an operator's clock that is fast hides nothing, and moves no beginning", async () => {
  const fast = { ...functions, aheadOfAwsMs: () => 100_000 };
  const { follower, readAt } = follow(
    [
      [-30, issue(1)],
      [150, issue(2)],
      [200, issue(3)],
    ],
    fast,
  );
  await readAt(100);
  expect(follower.readTo).toEqual(new Date(start));
  await readAt(290);
  await readAt(310);
  expect(follower.counts()).toMatchObject([{ providerCalls: 3 }]);
});

test("a freeze is shown once, although each process logs that it has learnt of it", async () => {
  const frozen = { event: "frozen", by: "ann", at: "2026-11-20T09:59:00.000Z", reason: "Leaked." };
  const { follower, readAt } = follow([
    [1, frozen],
    [2, frozen],
  ]);
  await readAt(10);
  expect(follower.activity().map(({ kind, text }) => [kind, text])).toEqual([
    ["freeze", `${connection} frozen by ann: Leaked.`],
  ]);
});

test("a defect is seen on the page, by its name", async () => {
  const realms = () => Promise.reject(new TypeError("canary"));
  const { follower, readAt } = follow([], { ...functions, realms });
  await readAt(1);
  expect(follower.gaps).toHaveLength(1);
  expect(JSON.stringify(follower.gaps)).toContain("TypeError");
  expect(JSON.stringify(follower.gaps)).not.toContain("canary");
});
