import { describe, expect, it } from "vitest";
import type { Problem } from "../../functions/http/contract.ts";
import { anAnswer, aProblem, issuedAt, startVending } from "./vending-server.ts";

/** Lambda's context of a function with this much time left. */
function remaining(ms: number) {
  const end = performance.now() + ms;
  return { getRemainingTimeInMillis: () => Math.round(end - performance.now()) };
}

const twice = (problem: Problem) => (nth: number) => (nth <= 2 ? problem : anAnswer(1));
const soon = aProblem("provider-unavailable", 0.02);
const renewing = aProblem("renewal-in-progress", 0.02);
/** The machine's clock, for a key that does not expire. */
const options = { now: Date.now };
const forever = { usableUntil: null, expiresAt: null };

describe("within the deadline of its context, a call", () => {
  it("waits for the stated time and retries, twice", async () => {
    const { client, received } = await startVending({ answer: twice(soon) });
    const began = performance.now();
    expect((await client.vend({ context: remaining(5000) })).version).toBe(1);
    expect(performance.now() - began).toBeGreaterThanOrEqual(38);
    expect(received).toHaveLength(3);
  });

  it("retries no more often than `retries` allows", async () => {
    const { client, received } = await startVending({ answer: twice(soon) }, { retries: 1 });
    await expect(client.vend({ context: remaining(5000) })).rejects.toThrow("provider-unavailable");
    expect(received).toHaveLength(2);
  });

  it("fails at once when the wait would outlast it", async () => {
    const { client, received } = await startVending({ answer: () => aProblem("contested", 30) });
    const began = performance.now();
    const vending = client.vend({ context: remaining(5000) });
    await expect(vending).rejects.toMatchObject({ code: "contested", retryAfterSeconds: 30 });
    // Well before the wait, and before its time is up.
    expect(performance.now() - began).toBeLessThan(4500);
    expect(received).toHaveLength(1);
  });

  it("does not retry what cannot succeed", async () => {
    const { client, received } = await startVending({
      answer: () => aProblem("credentials-rejected"),
    });
    await expect(client.vend({ context: remaining(5000) })).rejects.toThrow("credentials-rejected");
    expect(received).toHaveLength(1);
  });

  it("reports each failed attempt to onProblem", async () => {
    const told: string[] = [];
    const onProblem = ({ code }: { code: string }) => told.push(code);
    const { client } = await startVending({ answer: twice(soon) }, { onProblem });
    await client.vend({ context: remaining(5000) });
    expect(told).toEqual(["provider-unavailable", "provider-unavailable"]);
  });

  it("shares its attempts with the other callers that wait", async () => {
    const { client, received } = await startVending({ answer: twice(soon) });
    const context = remaining(5000);
    await Promise.all(Array.from({ length: 20 }, () => client.vend({ context })));
    expect(received).toHaveLength(3);
  });

  it("retries a report as well", async () => {
    const answer = (nth: number) => (nth === 2 ? soon : anAnswer(nth));
    const { client, received } = await startVending({ answer });
    await client.vend();
    expect((await client.reject(1, { context: remaining(5000) })).version).toBe(3);
    expect(received.map(({ method }) => method)).toEqual(["GET", "POST", "POST"]);
  });
});

it("without a context a call is tried once", async () => {
  const { client, received } = await startVending({ answer: twice(soon) });
  await expect(client.vend()).rejects.toThrow("provider-unavailable");
  expect(received).toHaveLength(1);
});

describe("what only has to be waited for", () => {
  const often = (nth: number) => (nth <= 5 ? renewing : anAnswer(1));
  /** The clock must go on: it ends the wait. */
  const ticking = { now: () => Date.parse(issuedAt) + (performance.now() % 100_000) };

  it("is asked for again as often as there is time, whatever `retries` says", async () => {
    const { client, received } = await startVending({ answer: often }, { ...ticking, retries: 0 });
    expect((await client.vend({ context: remaining(20_000) })).version).toBe(1);
    expect(received).toHaveLength(6);
  });

  it("is waited for without a context too, as token vending itself once did", async () => {
    const { client, received } = await startVending({ answer: often }, ticking);
    expect((await client.vend()).version).toBe(1);
    expect(received).toHaveLength(6);
  });

  it("also when a demand for validity has to wait for a handover", async () => {
    const handover = aProblem("validity-unavailable", 0.05);
    const answer = (nth: number) => (nth === 1 ? handover : anAnswer(2));
    const { client, received } = await startVending({ answer }, ticking);
    expect((await client.vend({ minValiditySeconds: 60 })).version).toBe(2);
    expect(received).toHaveLength(2);
  });

  it("fails at once when it takes longer than the caller has", async () => {
    const answer = () => aProblem("validity-unavailable", 40);
    const { client, received } = await startVending({ answer }, ticking);
    const began = performance.now();
    const vending = client.vend({ minValiditySeconds: 60 });
    await expect(vending).rejects.toMatchObject({
      code: "validity-unavailable",
      retryAfterSeconds: 40,
    });
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(received).toHaveLength(1);
  });

  it("but not when token vending cannot say when it is over", async () => {
    const answer = () => aProblem("renewal-in-progress");
    const { client, received } = await startVending({ answer }, ticking);
    await expect(client.vend()).rejects.toThrow("renewal-in-progress");
    expect(received).toHaveLength(1);
  });

  it("costs one request for all callers of a process that demand the same", async () => {
    const { client, received } = await startVending({ answer: often }, ticking);
    await Promise.all(Array.from({ length: 20 }, () => client.vend()));
    expect(received).toHaveLength(6);
  });
});

describe("the deadline", () => {
  it("comes half a second before the function would be killed", async () => {
    const { client } = await startVending({ latencyMs: 2000 });
    const began = performance.now();
    const vending = client.vend({ context: remaining(600) });
    await expect(vending).rejects.toMatchObject({ code: "timeout", retryable: true });
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(80);
    expect(tookMs).toBeLessThan(590);
  });

  it("of one caller is not another's", async () => {
    const { client, received } = await startVending({ latencyMs: 200 });
    const hurried = client.vend({ context: remaining(520) });
    const patient = client.vend({ context: remaining(5000) });
    await expect(hurried).rejects.toMatchObject({ code: "timeout" });
    expect((await patient).version).toBe(1);
    expect(received).toHaveLength(1);
  });

  it("that has passed does not keep a caller from what the process holds", async () => {
    const { client } = await startVending({ answer: () => anAnswer(1, forever) }, options);
    await client.vend();
    expect((await client.vend({ context: remaining(0) })).version).toBe(1);
  });
});

it("a caller's signal ends its wait between two tries", async () => {
  const { client } = await startVending({ answer: twice(aProblem("store-unavailable", 2)) });
  const controller = new AbortController();
  const reason = new Error("enough");
  const began = performance.now();
  const vending = client.vend({ context: remaining(10_000), signal: controller.signal });
  setTimeout(() => controller.abort(reason), 50);
  await expect(vending).rejects.toBe(reason);
  expect(performance.now() - began).toBeLessThan(1900);
});
