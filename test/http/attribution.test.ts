import { describe, expect, test } from "vitest";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { Credential } from "../../functions/model/credential.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { aCredential, noProofs } from "../support/a-credential.ts";
import { aContext, aProxyEvent } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const payments = "arn:aws:sts::123456789012:assumed-role/payments/payments";

/** One process. `current` is what it vends, from memory or not. */
function aProcess({ fromMemory = true } = {}) {
  const lines: string[] = [];
  const current = { version: 13, fails: null as ProblemCode | null };
  const clock = new FixedClock(at("10:00:01.000"));
  const vended = (account: string): Credential =>
    aCredential({ connection: connectionOf(realm, account), version: current.version });
  const handler = vendEndpoint({
    metrics: { record: () => {} },
    ...{ realm, extraHeaders: undefined, clock, processName: "process-1", proofs: noProofs },
    log: jsonLog(
      (line) => lines.push(line),
      () => clock.now(),
    ),
    cached: ({ account }) => (fromMemory && !current.fails ? vended(account) : null),
    vend: async ({ account }) => {
      if (current.fails) throw new VendingError(current.fails, "It is refused.");
      return vended(account);
    },
  });
  /** All but refusals, which test/http/report-refusal.test.ts is about. */
  const records = () =>
    lines.map((line) => JSON.parse(line)).filter(({ event }) => event !== "refused");
  return {
    ...{ current, clock, lines, records },
    rejections: () => records().filter(({ event }) => event === "rejected"),
    invoke: (event: unknown, requestId = "r-1") =>
      handler(event as never, { ...aContext(), awsRequestId: requestId }),
  };
}

/** An event of the API, signed by this principal. */
function signedBy(userArn: unknown, changes: object = {}) {
  const event = aProxyEvent(changes);
  const { requestContext } = event;
  const identity = { ...requestContext.identity, userArn };
  return { ...event, requestContext: { ...requestContext, identity } };
}

/** What the API is sent to reject a version. */
function rejectionOf(version: number): object {
  const path = "/v1/tokens/conferma/production/default/rejections";
  return { path, httpMethod: "POST", body: JSON.stringify({ version }) };
}

describe.each([[true], [false]])("a vend, from memory: %s,", (fromMemory) => {
  test("is recorded once for each version and connection that is invoked directly, with AWS's request id", async () => {
    const one = aProcess({ fromMemory });
    for (const id of ["r-1", "r-2", "r-3"]) await one.invoke({}, id);
    await one.invoke({ account: "jo" }, "r-4");
    one.current.version = 14;
    for (const id of ["r-5", "r-6"]) await one.invoke({}, id);
    const common = { level: "info", event: "vended", path: "direct", principal: null };
    expect(one.records()).toEqual(
      [
        { connection: "conferma/production/default", version: 13, requestId: "r-1" },
        { connection: "conferma/production/jo", version: 13, requestId: "r-4" },
        { connection: "conferma/production/default", version: 14, requestId: "r-5" },
      ].map((own) => ({
        ...{ ...common, ...own, time: "2026-11-20T10:00:01.000Z" },
        ...{ fingerprint: "9f86d081884c", process: "process-1" },
      })),
    );
  });

  test("over the API is recorded once for each caller, by the principal that API Gateway names", async () => {
    const one = aProcess({ fromMemory });
    const billing = "arn:aws:iam::123456789012:user/team/billing@example.com";
    for (const arn of [payments, payments, billing, payments]) await one.invoke(signedBy(arn));
    await one.invoke({});
    expect(one.records().map(({ path, principal }) => [path, principal])).toEqual([
      ["api", payments],
      ["api", billing],
      ["direct", null],
    ]);
  });
});

test("a vend that fails is nobody's", async () => {
  const one = aProcess();
  one.current.fails = "provider-unavailable";
  await one.invoke({});
  expect(one.records()).toEqual([]);
});

test("a rejection is recorded, also one that is refused or comes late", async () => {
  const one = aProcess({ fromMemory: false });
  await one.invoke({ rejectedVersion: 12 }, "r-1");
  one.current.fails = "provider-unavailable";
  await one.invoke(signedBy(payments, rejectionOf(13)), "r-2");
  const connection = "conferma/production/default";
  const shared = { level: "info", time: "2026-11-20T10:00:01.000Z", event: "rejected", connection };
  const process = "process-1";
  expect(one.rejections()).toEqual([
    { ...shared, version: 12, path: "direct", principal: null, requestId: "r-1", process },
    { ...shared, version: 13, path: "api", principal: payments, requestId: "r-2", process },
  ]);
});

test("a caller's rejections of a version are recorded once a minute, whatever comes of them", async () => {
  const one = aProcess({ fromMemory: false });
  const unnamed = signedBy("direct", rejectionOf(13));
  const others = [unnamed, { rejectedVersion: 13 }, signedBy(payments, rejectionOf(12))];
  const billing = signedBy("arn:aws:iam::123456789012:user/billing", rejectionOf(13));
  const all = [signedBy(payments, rejectionOf(13)), ...others, billing];
  for (const event of [...all, ...all]) await one.invoke(event);
  one.current.fails = "provider-unavailable";
  for (const event of all) await one.invoke(event);
  expect(one.rejections()).toHaveLength(5);
  one.clock.advance(59_999);
  for (const event of all) await one.invoke(event);
  expect(one.rejections()).toHaveLength(5);
  one.clock.advance(1);
  for (const event of [...all, ...all]) await one.invoke(event);
  expect(one.rejections()).toHaveLength(10);
});

test.each(["invalid-request", "unknown-connection"] as const)(
  "a rejection of what does not exist (%s) is recorded as nothing",
  async (code) => {
    const one = aProcess({ fromMemory: false });
    one.current.fails = code;
    await one.invoke({ rejectedVersion: 99 });
    expect(one.records()).toEqual([]);
  },
);

test("what is remembered of rejections is bounded", async () => {
  const one = aProcess();
  for (let version = 1; version <= 10_001; version += 1)
    await one.invoke({ rejectedVersion: version });
  await one.invoke({ rejectedVersion: 10_001 });
  expect(one.rejections()).toHaveLength(10_001);
  await one.invoke({ rejectedVersion: 1 });
  expect(one.rejections()).toHaveLength(10_002);
});

test("an invalid request is recorded as nothing", async () => {
  const one = aProcess();
  await one.invoke({ rejectedVersion: "12" });
  await one.invoke({ account: "no such" });
  expect(one.records()).toEqual([]);
});

test.each([
  ["none", undefined],
  ["null", null],
  ["no text", { arn: payments }],
  ["a line of its own", `${payments}\n{"event":"vended"}`],
  ["an escape sequence", `${payments}\u001b[2J`],
  ["a token", "eyJhbGciOiJub25lIn0.e30.canary"],
  ["too long", `${payments}${"x".repeat(1000)}`],
])("a principal that cannot be one is left out: %s", async (_, userArn) => {
  const one = aProcess();
  await one.invoke(signedBy(userArn));
  expect(one.records()).toMatchObject([{ path: "api", principal: null }]);
  expect(one.lines.join("")).not.toMatch(/canary|xxx/);
});

test("headers, the body and the context that a caller chooses name nobody", async () => {
  const one = aProcess();
  const event = aProxyEvent({ headers: { "x-user-arn": payments }, body: `"${payments}"` });
  const { requestContext } = event;
  await one.invoke({ ...event, requestContext: { ...requestContext, identity: null } });
  await one.invoke({ ...event, requestContext: null, userArn: payments });
  expect(one.lines.join("")).not.toContain(payments);
});

test("what is remembered of callers is bounded: who comes back after ten thousand others is recorded again", async () => {
  const one = aProcess();
  const caller = (at: number) => signedBy(`arn:aws:iam::123456789012:user/u${at}`);
  for (let at = 0; at < 10_000; at += 1) await one.invoke(caller(at));
  await one.invoke(caller(0));
  expect(one.lines).toHaveLength(10_000);
  await one.invoke(caller(10_000));
  await one.invoke(caller(0));
  expect(one.lines).toHaveLength(10_001);
  await one.invoke(caller(1));
  expect(one.lines).toHaveLength(10_002);
});
