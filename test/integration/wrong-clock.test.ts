import { expect, it } from "vitest";
import { expectAnswer } from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

it("a machine that is ten minutes ahead stores a token with its real end: AWS's answers correct the clock", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const ahead = await stack.start(realm, { CLOCK_AHEAD_MS: "600000" });

  const answer = expectAnswer(await ahead.vend());

  const endsAt = Date.parse(answer.usableUntil ?? "");
  expect(endsAt).toBeGreaterThan(Date.now());
  expect(endsAt).toBeLessThan(Date.now() + 62_000);
  expect(ahead.printed()).toContain('"event":"clock-corrected"');
  const other = await stack.start(realm);
  expect(expectAnswer(await other.vend())).toEqual(answer);
  expect(other.printed()).not.toContain("record-damaged");
  expect(simulator.counters.issues()).toBe(1);
});

it("a machine that is ten minutes behind vends at once: its remaining time is not measured with its wall clock", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const behind = await stack.start(realm, { CLOCK_AHEAD_MS: "-600000" });

  const answer = expectAnswer(await behind.vend());

  expect(Date.parse(answer.usableUntil ?? "")).toBeGreaterThan(Date.now());
  expect(behind.printed()).toContain('"event":"clock-corrected"');
  const other = await stack.start(realm);
  expect(expectAnswer(await other.vend())).toEqual(answer);
  expect(simulator.counters.issues()).toBe(1);
});
