import { describe, expect, test } from "vitest";
import { msBetween, plusMs } from "../../functions/model/clock.ts";
import { correctedClock } from "../../functions/platform/corrected-clock.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const ten = at("10:00:00.000");

/** A clock that is ahead by so much; `ask` sends a request whose answer takes `ms`. */
function aClock(startsAheadMs: number) {
  let aheadMs = startsAheadMs;
  const truth = new FixedClock(ten);
  const corrections: number[] = [];
  const wrong = {
    now: () => plusMs(truth.now(), aheadMs),
    countdown: truth.countdown.bind(truth),
    sleep: truth.sleep.bind(truth),
    timeout: truth.timeout.bind(truth),
  };
  const clock = correctedClock(wrong, (ms) => {
    corrections.push(ms);
    // As a log does.
    clock.now();
  });
  const ask = (ms = 10) => {
    const sentAt = clock.now();
    truth.advance(ms / 2);
    const stated = new Date(Math.floor(Number(truth.now()) / 1000) * 1000);
    truth.advance(ms / 2);
    clock.observe(stated, sentAt, clock.now());
  };
  const wrongMs = () => msBetween(truth.now(), clock.now());
  const setTo = (ms: number) => {
    aheadMs = ms;
  };
  return { truth, clock, ask, wrongMs, corrections, setTo };
}

describe("a clock", () => {
  test.each([0, 250, -250, 4900, -4900])("that is %i ms ahead is left alone", (aheadMs) => {
    const { truth, ask, wrongMs, corrections } = aClock(aheadMs);
    for (let n = 0; n < 50; n += 1) {
      ask();
      truth.advance(137);
    }
    expect([wrongMs(), corrections]).toEqual([aheadMs, []]);
  });

  test.each([6500, -6500, 600_000, -600_000, 3_600_000, 31_536_000_000])(
    "that is %i ms ahead is corrected by the first answer, and not again",
    (aheadMs) => {
      const { truth, ask, wrongMs, corrections } = aClock(aheadMs);
      ask();
      expect(Math.abs(wrongMs())).toBeLessThanOrEqual(600);
      for (let n = 0; n < 50; n += 1) {
        truth.advance(137);
        ask();
      }
      expect(corrections).toHaveLength(1);
    },
  );

  test.each([600_000, -600_000])(
    "that is %i ms ahead is corrected no further than an answer proves that took long",
    (aheadMs) => {
      const { ask, wrongMs, corrections } = aClock(aheadMs);
      ask(8000);
      expect(Math.abs(wrongMs())).toBeLessThanOrEqual(4500);
      const isFurther = wrongMs() * aheadMs < 0;
      expect(isFurther && Math.abs(wrongMs()) > 500).toBe(false);
      expect(corrections).toHaveLength(1);
    },
  );

  test.each([600_000, -600_000])(
    "that is %i ms ahead is corrected once by the answers to two requests that were sent together",
    (aheadMs) => {
      const { truth, clock, wrongMs, corrections } = aClock(aheadMs);
      const sentAt = clock.now();
      for (const _ of ["first", "second"]) {
        truth.advance(20);
        clock.observe(truth.now(), sentAt, clock.now());
      }
      expect(corrections).toHaveLength(1);
      expect(Math.abs(wrongMs())).toBeLessThanOrEqual(600);
    },
  );

  test("that is right is left alone, however long an answer took", () => {
    const { ask, corrections } = aClock(0);
    for (const ms of [600, 30_000, 3_600_000]) ask(ms);
    expect(corrections).toEqual([]);
  });

  test("is not corrected by what is no time", () => {
    const { clock, wrongMs } = aClock(600_000);
    clock.observe(new Date("never"), clock.now(), clock.now());
    expect(wrongMs()).toBe(600_000);
  });

  test("is not corrected while it goes back itself", () => {
    const { clock, wrongMs } = aClock(600_000);
    clock.observe(ten, plusMs(ten, 601_001), plusMs(ten, 600_000));
    expect(wrongMs()).toBe(600_000);
  });

  test.each([
    [-5001, 0, [-5001]],
    [-600_000, 0, [-600_000]],
    // Less is left alone, as where AWS states the time.
    [-5000, -5000, []],
    // A machine that was suspended seems to have been set ahead.
    [600_000, 600_000, []],
  ])("that the machine sets ahead by %i ms is %i ms ahead", (setMs, expectedMs, corrected) => {
    const { truth, setTo, wrongMs, corrections } = aClock(0);
    truth.advance(1000);
    setTo(setMs);
    truth.advance(10);
    expect([wrongMs(), corrections]).toEqual([expectedMs, corrected]);
  });

  test("that was ahead, and that the machine has set right, is set right by the next answer", () => {
    const { truth, setTo, wrongMs, ask } = aClock(600_000);
    truth.advance(1000);
    setTo(0);
    expect(wrongMs()).toBe(600_000);
    ask();
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(600);
    truth.advance(1000);
    expect(Math.abs(wrongMs())).toBeLessThanOrEqual(600);
  });
});
