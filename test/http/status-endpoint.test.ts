import { describe, expect, test } from "vitest";
import type { ConnectionPage } from "../../functions/http/status-contract.ts";
import { statusEndpoint } from "../../functions/http/status-endpoint.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type { ConnectionStatus } from "../../functions/model/connection-status.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { aContext, aProxyEvent, aQuery } from "../support/a-proxy-event.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const connection = "conferma/production/default" as Connection;
const entry = {
  at: at("10:00:00.200"),
  fence: 3,
  owner: "process-a.3",
  version: 3,
  fingerprint: "9f86d081884c",
} as const;
const status: ConnectionStatus = {
  connection,
  state: "usable",
  version: 3,
  token: aToken(),
  lease: null,
  lastIssue: { ...entry, reason: "expired", latencyMs: 151, outcome: "issued" },
  failure: null,
  consent: null,
  asked: null,
  frozen: null,
};
const shown = {
  connection,
  state: "usable",
  version: 3,
  fingerprint: "9f86d081884c",
  issuedAt: "2026-11-20T10:00:00.200Z",
  usableUntil: "2026-11-20T10:04:59.000Z",
  expiresAt: "2026-11-20T10:05:00.000Z",
  renewAt: "2026-11-20T10:05:00.450Z",
  lease: null,
  lastIssue: { at: "2026-11-20T10:00:00.200Z", reason: "expired", latencyMs: 151 },
  lastFailure: null,
};

/** An endpoint that lists these connections; `last` if there are more. */
function played(page: { last?: Connection; connections?: readonly ConnectionStatus[] } = {}) {
  const asked: unknown[] = [];
  const lines: string[] = [];
  const handler = statusEndpoint({
    metrics: { record: () => {} },
    clock: new FixedClock(at("10:01:00.000")),
    log: jsonLog(
      (line) => lines.push(line),
      () => at("10:01:00.000"),
    ),
    fingerprint: (text) => `${text.length}`,
    list: async (request) => {
      asked.push(request);
      return { connections: page.connections ?? [status], last: page.last ?? null };
    },
  });
  const invoke = (event: unknown) =>
    handler(event as never, aContext()) as Promise<ConnectionPage & { problem?: object }>;
  return { asked, lines, invoke };
}

const aListEvent = (...query: readonly (readonly [string, string])[]) =>
  aProxyEvent({ path: "/v1/connections", ...aQuery(...query) });

test("a consent is shown as far as an operator may see it", async () => {
  const consent = {
    consentedAt: at("09:00:00.000"),
    endsAt: at("18:00:00.000"),
    isRenewable: true,
    subject: "0123456789ab",
    customer: null,
    grantedScope: "read",
    details: { identity: "j…@example.org", begunBy: "request r-1", attributes: { tenant: "t-1" } },
  };
  const page = await played({ connections: [{ ...status, consent }] }).invoke({});
  expect(page.connections[0]?.consent).toEqual({
    consentedAt: "2026-11-20T09:00:00.000Z",
    endsAt: "2026-11-20T18:00:00.000Z",
    isRenewable: true,
    subject: "0123456789ab",
    grantedScope: "read",
    identity: "j…@example.org",
    begunBy: "request r-1",
    attributes: { tenant: "t-1" },
  });
});

describe("a direct invocation", () => {
  test.each([{}, null, undefined])("with %j lists all realms", async (event) => {
    const { invoke, asked } = played();
    expect(await invoke(event)).toEqual({ connections: [shown], cursor: null });
    expect(asked).toEqual([{ realm: null, after: null }]);
  });

  test("lists one realm, and its next page by the cursor, with or without the realm", async () => {
    const { invoke, asked } = played({ last: connection });
    const realm = "conferma/production";
    const { cursor } = await invoke({ realm });
    await invoke({ realm, cursor });
    await invoke({ cursor });
    const next = { realm, after: connection };
    expect(asked).toEqual([{ realm, after: null }, next, next]);
  });

  test.each([
    [{ realm: "conferma" }, "realm: must be provider/environment, like conferma/production."],
    [{ realm: 1 }, "realm: must be string."],
    [{ account: "default" }, "account: is not a field of this request."],
    [{ cursor: "eyJ9" }, "cursor: must be the cursor of an earlier answer."],
    [{ cursor: "c".repeat(1001) }, "cursor: must be a cursor of an earlier answer."],
    [[], "payload: must be an object."],
    ["all", "payload: must be Object."],
  ])("of %j is refused, naming the field", async (event, detail) => {
    const { invoke, asked } = played();
    const { problem } = await invoke(event);
    expect(problem).toMatchObject({ code: "invalid-request", status: 400, detail });
    expect(asked).toEqual([]);
  });

  test("with the cursor of another realm's list is refused", async () => {
    const { invoke } = played({ last: connection });
    const { cursor } = await invoke({ realm: "conferma/production" });
    const { problem } = await invoke({ realm: "conferma/sandbox", cursor });
    expect(problem).toMatchObject({
      code: "invalid-request",
      detail: "cursor: belongs to a request for another realm.",
    });
  });
});

describe("GET /v1/connections", () => {
  test("answers the same, with no-store", async () => {
    const { invoke } = played();
    expect(await invoke(aListEvent())).toEqual({
      statusCode: 200,
      headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
      body: JSON.stringify({ connections: [shown], cursor: null }),
    });
  });

  test("takes realm and cursor from the query", async () => {
    const { invoke, asked } = played({ last: connection });
    const { cursor } = await invoke({});
    await invoke(aListEvent(["cursor", cursor ?? ""]));
    await invoke(aListEvent(["realm", "conferma/production"]));
    expect(asked.slice(1)).toEqual([
      { realm: null, after: connection },
      { realm: "conferma/production", after: null },
    ]);
  });

  test.each([
    [aListEvent(["limit", "5"]), 400, "limit: is not a field of this request."],
    [aListEvent(["realm", "a/b"], ["realm", "c/d"]), 400, "realm: is given more than once."],
    [
      aListEvent(["realm", ""]),
      400,
      "realm: must be provider/environment, like conferma/production.",
    ],
    [{ ...aListEvent(), httpMethod: "POST" }, 400, "method: this path takes GET."],
    [aProxyEvent(), 404, "Connections are listed at /v1/connections only."],
    [
      aProxyEvent({ path: "/v1/connections/conferma" }),
      404,
      "Connections are listed at /v1/connections only.",
    ],
  ])("refuses an invalid request with a problem document", async (event, code, detail) => {
    const { invoke, asked } = played();
    const { statusCode, headers, body } = (await invoke(event)) as never as Record<string, string>;
    expect(statusCode).toBe(code);
    expect(headers).toMatchObject({ "Content-Type": "application/problem+json" });
    expect(JSON.parse(body ?? "")).toMatchObject({ status: code, detail });
    expect(asked).toEqual([]);
  });
});

describe("a connection's status", () => {
  const showing = async (changes: Partial<ConnectionStatus>) => {
    const { invoke } = played({ connections: [{ ...status, ...changes }] });
    return (await invoke({})).connections[0];
  };

  test("without a token is null in its token's fields, and has version 0", async () => {
    const nothing = { state: "empty", version: 0, token: null, lastIssue: null } as const;
    expect(await showing(nothing)).toEqual({
      connection,
      state: "empty",
      version: 0,
      fingerprint: null,
      issuedAt: null,
      usableUntil: null,
      expiresAt: null,
      renewAt: null,
      lease: null,
      lastIssue: null,
      lastFailure: null,
    });
  });

  test("of a key that does not expire has no end", async () => {
    const token = aToken({ usableUntil: null, expiresAt: null });
    expect(await showing({ token })).toMatchObject({ usableUntil: null, expiresAt: null });
  });

  test("has the lease's reason, and the last failure", async () => {
    expect(await showing({ lease: aLease(), failure: aFailure({ count: 2 }) })).toMatchObject({
      lease: {
        since: "2026-11-20T10:00:00.000Z",
        until: "2026-11-20T10:00:07.000Z",
        reason: "expired",
      },
      lastFailure: {
        at: "2026-11-20T10:00:00.000Z",
        code: "provider-unavailable",
        detail: "The provider answered 503.",
        count: 2,
        retryAt: "2026-11-20T10:00:07.000Z",
      },
    });
  });

  test("has no token, sealed or not, and no process's name", async () => {
    const { token, lease, failure } = aRecord({ lease: aLease(), failure: aFailure() });
    const answer = JSON.stringify(await showing({ token, lease, failure }));
    expect(answer).not.toMatch(/sealed|process-a|\[1,2,3\]|"0":1/);
  });
});

test("a failure is a problem, and a defect is logged without its message", async () => {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => at("10:01:00.000"),
  );
  const failing = (error: Error) =>
    statusEndpoint({
      metrics: { record: () => {} },
      clock: new FixedClock(at("10:01:00.000")),
      log,
      fingerprint: String,
      list: () => Promise.reject(error),
    });
  const unavailable = new VendingError("store-unavailable", "DynamoDB did not answer.", 1);
  const context = aContext();
  expect(await failing(unavailable)({} as never, context)).toMatchObject({
    problem: { code: "store-unavailable", retryable: true, retryAfterSeconds: 1 },
  });
  expect(await failing(new Error("a secret"))({} as never, aContext())).toMatchObject({
    problem: { code: "internal" },
  });
  expect(lines.filter((line) => line.includes('"defect"'))).toHaveLength(1);
  expect(lines.join()).not.toContain("a secret");
});
