import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { until } from "../support/stack-answers.ts";
import { anAnswer, aProblem, issuedAt, startVending, usableUntil } from "./vending-server.ts";

/** A clock that the test advances. */
function clockAt(text: string) {
  const clock = { at: Date.parse(text), now: () => clock.at };
  return clock;
}

const withEnd = (end: string | null) => ({ usableUntil: end, expiresAt: end });

describe("a credential is kept in the process", () => {
  it("until usableUntil, but not a millisecond longer", async () => {
    const clock = clockAt(issuedAt);
    const answer = (nth: number) =>
      anAnswer(nth, nth === 1 ? {} : withEnd("2026-11-20T10:10:00.000Z"));
    const { client, received } = await startVending({ answer }, clock);
    expect((await client.vend()).version).toBe(1);

    clock.at = Date.parse(usableUntil) - 1;
    expect((await client.vend()).version).toBe(1);
    expect(received).toHaveLength(1);

    clock.at += 1;
    expect((await client.vend()).version).toBe(2);
    expect(received).toHaveLength(2);
  });

  it.each([
    ["without end", null],
    ["that ends in a year", "2027-11-20T10:00:00.000Z"],
  ])("a minute if it is a key %s, which someone may rotate", async (_, end) => {
    const clock = clockAt("2026-11-25T10:00:00.000Z");
    const answer = (nth: number) => anAnswer(nth, withEnd(end));
    const { client } = await startVending({ answer }, clock);
    await client.vend({ minValiditySeconds: 3600 });

    clock.at += 59_999;
    expect((await client.vend({ minValiditySeconds: 3600 })).version).toBe(1);
    clock.at += 1;
    expect((await client.vend()).version).toBe(2);
  });

  it("but not for a caller who demands a longer life than it has left", async () => {
    const clock = clockAt(issuedAt);
    const answer = (nth: number) =>
      anAnswer(nth, nth === 1 ? {} : withEnd("2026-11-20T10:10:00.000Z"));
    const { client, received } = await startVending({ answer }, clock);
    await client.vend();

    clock.at = Date.parse(usableUntil) - 30_000;
    expect((await client.vend({ minValiditySeconds: 30 })).version).toBe(1);
    expect((await client.vend({ minValiditySeconds: 31 })).version).toBe(2);
    expect(received.map(({ url }) => url.split("?")[1])).toEqual([
      undefined,
      "minValiditySeconds=31",
    ]);
    expect((await client.vend()).version).toBe(2);
  });

  it("and vended before a deadline is made, which only a request needs", async () => {
    const { client } = await startVending({}, clockAt(issuedAt));
    let asked = 0;
    const context = {
      getRemainingTimeInMillis() {
        asked += 1;
        return 60_000;
      },
    };
    await client.vend({ context });
    expect(asked).toBe(1);
    await client.vend({ context });
    expect(asked).toBe(1);
  });

  it("and dropped by forget, even while it is in flight", async () => {
    const { client, received } = await startVending({
      latencyMs: 20,
      answer: (nth) => anAnswer(nth),
    });
    const early = client.vend();
    client.forget();
    expect((await client.vend()).version).not.toBe((await early).version);
    client.forget();
    await client.vend();
    expect(received).toHaveLength(3);
  });

  it("not at all when it is a problem", async () => {
    const answer = (nth: number) => (nth === 1 ? aProblem("store-unavailable") : anAnswer(1));
    const { client } = await startVending({ answer });
    await expect(client.vend()).rejects.toThrow("store-unavailable");
    expect((await client.vend()).version).toBe(1);
  });
});

it("a token that has expired on arrival is requested once more, then refused", async () => {
  const now = () => Date.parse(usableUntil);
  const later = withEnd("2026-11-20T10:10:00.000Z");
  const late = await startVending(
    { answer: (nth) => anAnswer(nth, nth === 2 ? later : {}) },
    { now },
  );
  expect((await late.client.vend()).version).toBe(2);

  const never = await startVending({}, { now });
  await expect(never.client.vend()).rejects.toThrow("malformed-answer");
  expect(never.received).toHaveLength(2);
});

describe("callers at the same time", () => {
  it("share one request: 50 vends", async () => {
    const { client, received } = await startVending({
      latencyMs: 20,
      answer: (nth) => anAnswer(nth),
    });
    const vended = await Promise.all(Array.from({ length: 50 }, () => client.vend()));
    expect(new Set(vended).size).toBe(1);
    expect(received).toHaveLength(1);
  });

  it("share one failure, which is reported once", async () => {
    const told: string[] = [];
    const { client, received } = await startVending(
      { latencyMs: 20, answer: () => aProblem("contested") },
      { onProblem: ({ code }) => told.push(code) },
    );
    const vended = await Promise.allSettled(Array.from({ length: 20 }, () => client.vend()));
    expect(vended.every(({ status }) => status === "rejected")).toBe(true);
    expect(received).toHaveLength(1);
    expect(told).toEqual(["contested"]);
  });

  it("do not wait for each other's demands", async () => {
    const answer = (_: number, { url }: { url: string }) =>
      url.includes("300") ? aProblem("validity-unavailable") : anAnswer(1);
    const { client, received } = await startVending({ latencyMs: 20, answer });
    const demanding = client.vend({ minValiditySeconds: 300 });
    const modest = Array.from({ length: 10 }, () => client.vend());
    await expect(demanding).rejects.toThrow("validity-unavailable");
    for (const each of await Promise.all(modest)) expect(each.version).toBe(1);
    expect(received).toHaveLength(2);
  });

  it("share one report of the same version, and get what replaced it", async () => {
    const { client, received } = await startVending({
      latencyMs: 20,
      answer: (nth) => anAnswer(nth),
    });
    const { version } = await client.vend();
    const all = await Promise.all(Array.from({ length: 32 }, () => client.reject(version)));
    expect(new Set(all.map((each) => each.version))).toEqual(new Set([2]));
    expect(received.map(({ method }) => method)).toEqual(["GET", "POST"]);
    expect(JSON.parse(received[1]?.body ?? "")).toEqual({ version: 1 });
  });
});

describe("a rejection", () => {
  it("of an older version than the held one needs no request", async () => {
    const { client, received } = await startVending({ answer: () => anAnswer(7) });
    await client.vend();
    expect((await client.reject(6)).version).toBe(7);
    expect(received).toHaveLength(1);
  });

  it("that fails leaves the rejected version out of the process's cache", async () => {
    const answer = (nth: number) => (nth === 2 ? aProblem("contested", 30) : anAnswer(nth));
    const { client, received } = await startVending({ answer });
    await client.vend();
    await expect(client.reject(1)).rejects.toMatchObject({ retryAfterSeconds: 30 });
    expect((await client.vend()).version).toBe(3);
    expect(received).toHaveLength(3);
  });

  it("is not undone by an older answer that comes late", async () => {
    const answer = (_: number, { method }: { method: string }) =>
      anAnswer(method === "POST" ? 2 : 1);
    const { client } = await startVending({ latencyMs: 20, answer });
    await client.vend();
    const rejecting = client.reject(1);
    await Promise.all([rejecting, sleep(10).then(() => client.vend())]);
    expect((await client.vend()).version).toBe(2);
  });
});

describe("a caller that aborts", () => {
  it("gets its signal's reason, and leaves the others their answer", async () => {
    const { client, received } = await startVending({ latencyMs: 50 });
    const controller = new AbortController();
    const leaving = client.vend({ signal: controller.signal });
    const staying = client.vend();
    const reason = new Error("changed my mind");
    await until("the request is there", () => received.length === 1);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect((await staying).version).toBe(1);
    expect(received).toHaveLength(1);
  });

  it("ends the request when it was the last, and the next caller starts a new one", async () => {
    const told: unknown[] = [];
    // Long enough for the abort to arrive before the answer, on a busy machine too.
    const { client, received, abandoned } = await startVending(
      { latencyMs: 500, answer: (nth) => anAnswer(nth) },
      { onProblem: (error) => told.push(error) },
    );
    const controller = new AbortController();
    const leaving = client.vend({ signal: controller.signal });
    await until("the request is there", () => received.length === 1);
    controller.abort();
    await expect(leaving).rejects.toThrow("aborted");
    expect((await client.vend()).version).toBe(2);
    expect(told).toEqual([]);
    expect(abandoned()).toBe(1);
  });

  it("before it calls sends no request", async () => {
    const { client, received } = await startVending();
    await expect(client.vend({ signal: AbortSignal.abort() })).rejects.toThrow("aborted");
    expect(received).toHaveLength(0);
    await client.vend();
    await expect(client.vend({ signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });
});
