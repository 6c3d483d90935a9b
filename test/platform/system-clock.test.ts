import { expect, test } from "vitest";
import { systemClock } from "../../functions/platform/system-clock.ts";

const never = new AbortController().signal;

test("sleeping takes its time", async () => {
  const begun = performance.now();
  await systemClock.sleep(50, never);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(45);
});

test("sleeping rejects when it is aborted", async () => {
  const begun = performance.now();
  await expect(systemClock.sleep(10_000, AbortSignal.timeout(20))).rejects.toThrow();
  expect(performance.now() - begun).toBeLessThan(5000);
});

test("a timeout aborts after its time", async () => {
  const signal = systemClock.timeout(30, never);
  expect(signal.aborted).toBe(false);
  await systemClock.sleep(80, never);
  expect(signal.aborted).toBe(true);
});

test("a timeout of zero or less aborts at once", async () => {
  for (const ms of [0, -5]) {
    const signal = systemClock.timeout(ms, never);
    await systemClock.sleep(10, never);
    expect(signal.aborted).toBe(true);
  }
});

test("a timeout aborts with its parent", () => {
  const parent = new AbortController();
  const signal = systemClock.timeout(60_000, parent.signal);
  parent.abort();
  expect(signal.aborted).toBe(true);
});

test("a countdown tells what is left of its time, and then what has passed since", async () => {
  const msLeft = systemClock.countdown(40);
  expect(msLeft()).toBeGreaterThan(0);
  expect(msLeft()).toBeLessThanOrEqual(40);
  await systemClock.sleep(60, never);
  expect(msLeft()).toBeLessThanOrEqual(0);
});
