import { describe, expect, test } from "vitest";
import { callerDeadline } from "../../functions/http/json-endpoint.ts";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { aCredential, noProofs } from "../support/a-credential.ts";
import { aContext, aProxyEvent } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const realm = { provider: "conferma", environment: "production" } as const;

const credential = aCredential();

/** The contract's example of an answer. */
const answer = {
  connection: "conferma/production/default",
  version: 13,
  header: { name: "Authorization", value: "Bearer canary-token" },
  token: "canary-token",
  fingerprint: "9f86d081884c",
  issuedAt: "2026-11-20T10:00:00.000Z",
  usableUntil: "2026-11-20T10:04:58.000Z",
  expiresAt: "2026-11-20T10:05:00.000Z",
};

interface Given {
  readonly vend?: () => Promise<Credential>;
  readonly extraHeaders?: Readonly<Record<string, string>>;
  readonly accountHeaders?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly attributeHeaders?: Readonly<Record<string, string>>;
  readonly remainingMs?: number;
}

/** An event's answer, the use case's arguments, and the log. */
async function play(event: unknown, given: Given = {}) {
  const { vend = async () => credential, extraHeaders, remainingMs, ...headers } = given;
  const asked: (Deadline & { request: VendRequest })[] = [];
  const lines: string[] = [];
  const clock = new FixedClock(at("10:00:01.000"));
  const handler = vendEndpoint({
    metrics: { record: () => {} },
    realm,
    ...headers,
    extraHeaders,
    clock,
    processName: "p-1",
    proofs: noProofs,
    log: jsonLog(
      (line) => lines.push(line),
      () => clock.now(),
    ),
    cached: () => null,
    vend: (request, call) => {
      asked.push({ request, ...call });
      return vend();
    },
  });
  const response: unknown = await handler(event as never, aContext(remainingMs));
  return { response, asked, log: lines.join("") };
}

/** The API's answer with its body parsed. */
async function playHttp(event = aProxyEvent(), given: Given = {}) {
  const { response, ...rest } = await play(event, given);
  const { statusCode, headers, body } = response as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { statusCode, headers, body: JSON.parse(body) as unknown, ...rest };
}

const failing = (error: unknown) => ({
  vend: async () => {
    throw error;
  },
});

describe("a credential", () => {
  test("is the payload of a direct invocation", async () => {
    expect((await play({})).response).toEqual(answer);
  });

  test("is the body of the API's answer, with no-store", async () => {
    const { statusCode, headers, body } = await playHttp();
    expect(statusCode).toBe(200);
    expect(headers).toEqual({ "Content-Type": "application/json", "Cache-Control": "no-store" });
    expect(body).toEqual(answer);
  });

  test("of a key that does not expire has no instants, and without a scheme its header is the token alone", async () => {
    const key = {
      ...credential,
      presentation: { headerName: "X-Api-Key", scheme: null },
      usableUntil: null,
      expiresAt: null,
    };
    expect((await play({}, { vend: async () => key })).response).toEqual({
      ...answer,
      header: { name: "X-Api-Key", value: "canary-token" },
      usableUntil: null,
      expiresAt: null,
    });
  });

  test("has the realm's extra headers", async () => {
    const extraHeaders = { "X-Centrapay-Account": "a-1" };
    expect((await play({}, { extraHeaders })).response).toEqual({ ...answer, extraHeaders });
  });

  test("has the headers of its account and of its consent besides the realm's", async () => {
    const given = {
      extraHeaders: { "X-Realm": "r", "X-Both": "realm" },
      accountHeaders: { default: { "X-Both": "account" }, other: { "X-Other": "o" } },
      attributeHeaders: { "Xero-Tenant-Id": "tenant", "X-Missing": "missing" },
    };
    const attributes = { tenant: "t-1" };
    const vend = async () => ({ ...credential, attributes, grantedScope: "read" });
    expect((await play({}, { ...given, vend })).response).toEqual({
      ...answer,
      extraHeaders: { "X-Realm": "r", "X-Both": "account", "Xero-Tenant-Id": "t-1" },
      grantedScope: "read",
      attributes,
    });
  });

  test("is not in the log, which names who was vended it", async () => {
    const logged = (await play({})).log + (await playHttp()).log;
    expect(logged).toContain('"event":"vended"');
    expect(logged).not.toContain("canary");
  });
});

describe("the use case", () => {
  test("gets the caller's request", async () => {
    const payload = { account: "jo", minValiditySeconds: 30, rejectedVersion: 12 };
    expect((await play(payload)).asked).toMatchObject([{ request: payload }]);
  });

  test("gets the invocation's time, less what the answer needs", async () => {
    const { asked } = await play({}, { remainingMs: 5000 });
    expect(asked[0]?.msLeft()).toBe(4700);
    expect(asked[0]?.signal.aborted).toBe(false);
  });

  test("gets ten seconds outside Lambda, and is aborted before they end", () => {
    const clock = new FixedClock(at("10:00:01.000"));
    const { msLeft, signal } = callerDeadline({}, clock, new AbortController().signal);
    expect(msLeft()).toBe(9700);
    clock.advance(9899);
    expect(signal.aborted).toBe(false);
    clock.advance(1);
    expect(signal.aborted).toBe(true);
  });

  test("is not called with an invalid request", async () => {
    const { asked, response } = await play({ acount: "default" });
    expect(asked).toEqual([]);
    expect(response).toMatchObject({ problem: { code: "invalid-request", status: 400 } });
    expect(response).not.toHaveProperty("problem.connection");
  });

  test("is aborted when the time is up, and the caller gets a problem", async () => {
    let signal: AbortSignal | undefined;
    const handler = vendEndpoint({
      metrics: { record: () => {} },
      realm,
      extraHeaders: undefined,
      clock: new FixedClock(at("10:00:01.000")),
      processName: "p-1",
      proofs: noProofs,
      log: jsonLog(
        () => {},
        () => at("10:00:01.000"),
      ),
      cached: () => null,
      vend: (_request, call) => {
        signal = call.signal;
        return new Promise(() => {});
      },
    });
    const response: unknown = await handler({} as never, aContext(200));
    expect(response).toMatchObject({
      problem: { code: "renewal-in-progress", retryAfterSeconds: 1 },
    });
    expect(signal?.aborted).toBe(true);
  });
});

describe("a failure", () => {
  const throttled = new VendingError(
    "provider-throttled",
    "The provider asks for fewer requests.",
    7,
  );
  const problem = {
    type: expect.stringMatching(/\/problems\/provider-throttled$/),
    title: "The provider asks for fewer requests",
    status: 503,
    code: "provider-throttled",
    detail: "The provider asks for fewer requests.",
    connection: "conferma/production/default",
    retryable: true,
    retryAfterSeconds: 7,
  };

  test("is a normal answer to a direct invocation, as the member problem", async () => {
    expect((await play({}, failing(throttled))).response).toEqual({ problem });
  });

  test("is a problem document over HTTP, with the time to wait", async () => {
    const { statusCode, headers, body } = await playHttp(aProxyEvent(), failing(throttled));
    expect(statusCode).toBe(503);
    expect(headers).toEqual({
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      "Retry-After": "7",
    });
    expect(body).toEqual(problem);
  });

  test("without a time to wait has no Retry-After", async () => {
    const refused = new VendingError("credentials-rejected", "-");
    const { statusCode, headers } = await playHttp(aProxyEvent(), failing(refused));
    expect(statusCode).toBe(502);
    expect(headers).not.toHaveProperty("Retry-After");
  });

  test("to read a path is the caller's fault, over HTTP too", async () => {
    const event = aProxyEvent({ path: "/v1/tokens/conferma/sandbox/default" });
    const { statusCode, body, asked } = await playHttp(event);
    expect(statusCode).toBe(404);
    expect(body).toMatchObject({ code: "unknown-connection" });
    expect(asked).toEqual([]);
  });

  test("that is expected is not logged as a defect", async () => {
    expect((await play({}, failing(throttled))).log).not.toContain("defect");
  });
});

describe("a defect", () => {
  const defect = new TypeError("canary-token is not iterable", {
    cause: new Error("canary-token"),
  });

  test("is not shown to the caller", async () => {
    const { response } = await play({}, failing(defect));
    expect(response).toMatchObject({
      problem: { code: "internal", status: 500, retryable: false },
    });
    expect(JSON.stringify(response)).not.toMatch(/canary|iterable|TypeError/);
  });

  test("is logged with its position, without the value that caused it", async () => {
    const { log } = await play({}, failing(defect));
    const line = log.split("\n").find((text) => text.includes('"defect"')) ?? "";
    expect(JSON.parse(line)).toMatchObject({
      level: "error",
      event: "defect",
      connection: "conferma/production/default",
      name: "TypeError",
      trace: expect.arrayContaining([expect.stringMatching(/^at .*vend-endpoint\.test\.ts/)]),
    });
    expect(log).not.toMatch(/canary|iterable/);
  });

  test("whose message looks like a stack is not logged with it", async () => {
    const { log } = await play({}, failing(new Error("bad input:\n    at canary-token")));
    expect(log).not.toContain("canary-token");
  });

  test("that is no Error is a defect too", async () => {
    const { response, log } = await play({}, failing("canary-token"));
    expect(response).toMatchObject({ problem: { code: "internal" } });
    expect(log).not.toContain("canary-token");
  });
});

test("a consumer cannot have anything sealed anew: that is for who may invoke renew-tokens", async () => {
  const { response, asked } = await play({ account: "jo", reseal: true });
  expect(response).toMatchObject({ problem: { detail: expect.stringContaining("reseal") } });
  expect(asked).toEqual([]);
});

describe("the alias for callers who report no rejection", () => {
  const invokedFunctionArn = "arn:aws:lambda:eu-west-1:123456789012:function:realm:vend-only";
  const overApi = aProxyEvent({
    httpMethod: "POST",
    path: "/v1/tokens/conferma/production/default/rejections",
    body: '{"version":12}',
  });

  test.each([
    ["a payload", { rejectedVersion: 12 }],
    ["an event like the API's", overApi],
  ])("refuses one in %s, and vends nothing", async (_, event) => {
    let vends = 0;
    const handler = vendEndpoint({
      ...{ realm, extraHeaders: undefined, clock: new FixedClock(at("10:00:01.000")) },
      ...{
        processName: "process-1",
        proofs: noProofs,
        metrics: { record: () => {} },
        cached: () => null,
      },
      log: jsonLog(
        () => {},
        () => at("10:00:01.000"),
      ),
      vend: async () => {
        vends += 1;
        return credential;
      },
    });
    const refused = await handler(event as never, { ...aContext(), invokedFunctionArn });
    expect(JSON.stringify(refused)).toMatch(
      /invalid-request.*rejectedVersion: the alias vend-only/,
    );
    expect(vends).toBe(0);
    expect(await handler({}, { ...aContext(), invokedFunctionArn })).toEqual(answer);
  });
});
