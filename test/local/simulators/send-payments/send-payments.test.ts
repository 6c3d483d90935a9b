import { describe, expect, test } from "vitest";
import type {
  SendPayments,
  SendPaymentsOptions,
} from "../../../../local/simulators/send-payments/send-payments.ts";
import { startSendPayments } from "../../../../local/simulators/send-payments/send-payments.ts";
import { jsonOf, manualClock, statusWith, stopAfterTest, withBearer } from "../conferma-calls.ts";

const client = { clientId: "3f2c9f6e-payer", clientSecret: "send-secret" };

const send = async (options: SendPaymentsOptions = {}) =>
  stopAfterTest(await startSendPayments({ clients: [client], ...options }));

const ask = (simulator: SendPayments, json: unknown = client) =>
  fetch(simulator.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(json),
  });

const tokenOf = async (response: Promise<Response>) =>
  String((await jsonOf(await response))["accessToken"]);

const claimsOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("authentication", () => {
  test("answers 201 with a JWT and its expiry five minutes ahead", async () => {
    const simulator = await send({ now: manualClock().now });
    const response = await ask(simulator);
    expect(response.status).toBe(201);
    const { accessToken, ...others } = await jsonOf(response);
    expect(others).toEqual({ expiresAt: "2026-11-20T10:05:00.123Z" });
    expect(accessToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(claimsOf(String(accessToken))).toMatchObject({
      iss: "simulated-send-payments",
      iat: Date.parse("2026-11-20T10:00:00Z") / 1000,
      exp: Date.parse("2026-11-20T10:05:00Z") / 1000,
    });
  });

  test("skews every stated instant alike", async () => {
    const simulator = await send({ now: manualClock().now, settings: { clockSkewMs: 600_000 } });
    const { accessToken, expiresAt } = await jsonOf(await ask(simulator));
    expect(expiresAt).toBe("2026-11-20T10:15:00.123Z");
    expect(claimsOf(String(accessToken))).toMatchObject({
      exp: Date.parse("2026-11-20T10:15:00Z") / 1000,
    });
  });

  test("answers 401 to a wrong secret", async () => {
    const simulator = await send();
    const response = await ask(simulator, { ...client, clientSecret: "wrong" });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      message: "Invalid credentials",
      errors: [{ message: "Invalid credentials", type: "UNAUTHORIZED" }],
    });
  });

  test.each([{ clientId: "x" }, [], "text", { ...client, clientSecret: 7 }])(
    "answers 400 to a body that lacks a credential: %j",
    async (json) => {
      const simulator = await send();
      const response = await ask(simulator, json);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ message: "Validation failed" });
    },
  );

  test("answers 500 in the documented form while it fails", async () => {
    const simulator = await send();
    simulator.failInside(true);
    const response = await ask(simulator);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ errors: [{ type: "INTERNAL_ERROR" }] });
    simulator.failInside(false);
    expect((await ask(simulator)).status).toBe(201);
  });

  test("accepts a rotated secret", async () => {
    const simulator = await send();
    simulator.rotateSecret(client.clientId, "new-secret", { keepOld: false });
    expect((await ask(simulator)).status).toBe(401);
    expect((await ask(simulator, { ...client, clientSecret: "new-secret" })).status).toBe(201);
  });
});

describe("tokens", () => {
  test("are revoked when their client requests another, and only then", async () => {
    const other = { clientId: "other", clientSecret: "s" };
    const simulator = await send({ clients: [client, other] });
    const first = await tokenOf(ask(simulator));
    await ask(simulator, other);
    expect(await withBearer(simulator, first)).toBe(200);
    const second = await tokenOf(ask(simulator));
    expect(await withBearer(simulator, first)).toBe(401);
    expect(await withBearer(simulator, second)).toBe(200);
    expect(simulator.counters.issuesPerRevocationScope()).toEqual({
      [client.clientId]: 2,
      other: 1,
    });
  });

  test("expire after five minutes", async () => {
    const clock = manualClock();
    const simulator = await send({ now: clock.now });
    const token = await tokenOf(ask(simulator));
    clock.advance(299_999);
    expect(await withBearer(simulator, token)).toBe(200);
    clock.advance(1);
    expect(await withBearer(simulator, token)).toBe(401);
  });

  test("differ even within one second", async () => {
    const simulator = await send({ now: manualClock().now });
    expect(await tokenOf(ask(simulator))).not.toBe(await tokenOf(ask(simulator)));
  });

  test("are revoked by another issuer", async () => {
    const simulator = await send();
    const ours = await tokenOf(ask(simulator));
    const theirs = simulator.issueAsSomeoneElse(client.clientId);
    expect(await withBearer(simulator, ours)).toBe(401);
    expect(await withBearer(simulator, theirs)).toBe(200);
  });

  test("are refused bare", async () => {
    const simulator = await send();
    const token = await tokenOf(ask(simulator));
    expect(await statusWith(simulator.pingUrl, "authorization", token)).toBe(401);
  });
});
