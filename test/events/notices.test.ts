import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextNotice, noticeDays } from "../../functions/events/notices.ts";
import { plusMs } from "../../functions/model/clock.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Told } from "../../functions/model/told.ts";
import { anObserved, toldNothing } from "../support/a-change.ts";
import { aConsent, aFailure, aToken, at } from "../support/a-record.ts";
import { atExpiry, byConsent, onRotation } from "../support/policies.ts";

const dayMs = 86_400_000;
const consentedAt = at("09:00:00.000");
const days = (count: number) => plusMs(consentedAt, count * dayMs);

/** A consent until this instant, whose token was issued at the other. */
function ending(endsAt: Date, renewedAt: Date = consentedAt): TokenRecord {
  const refresh = {
    ...(aConsent().refresh as NonNullable<ReturnType<typeof aConsent>["refresh"]>),
  };
  const consent = aConsent({ refresh: { ...refresh, endsAt } });
  return anObserved({ consent, token: aToken({ issuedAt: renewedAt }) }).record;
}

/** The notices of a consent that hourly walks give, as days ahead, while it is renewed as `recordAt` says. */
function noticesOf(
  recordAt: (now: Date) => TokenRecord,
  until: Date,
  policy = byConsent,
): number[] {
  let told: Told = toldNothing;
  const given: number[] = [];
  for (let now = consentedAt; now <= until; now = plusMs(now, 3_600_000)) {
    const next = nextNotice({ record: recordAt(now), told }, policy, now);
    if (!next) continue;
    told = { ...next, stored: "" };
    if (next.end) given.push(next.end.days);
  }
  return given;
}

describe("a consent's end is told", () => {
  test("14, 7, 3 and 1 days ahead, and when it has come, where nobody uses the connection", () => {
    expect(noticesOf(() => ending(days(30)), days(40))).toEqual([14, 7, 3, 1, 0]);
  });

  test("as often where a renewal every hour does not extend it", () => {
    expect(noticesOf((now) => ending(days(30), now), days(40))).toEqual([14, 7, 3, 1, 0]);
  });

  test("only as many days ahead as it lasts", () => {
    expect(noticesOf(() => ending(days(7)), days(9))).toEqual([3, 1, 0]);
    expect(noticesOf(() => ending(plusMs(consentedAt, dayMs / 3)), days(2))).toEqual([0]);
  });

  test("never while each renewal extends it by a month", () => {
    expect(noticesOf((now) => ending(plusMs(now, 30 * dayMs), now), days(90))).toEqual([]);
  });

  test("once where each renewal extends it by a day, which is all that it ever lasts", () => {
    expect(noticesOf((now) => ending(plusMs(now, dayMs), now), days(60))).toEqual([1]);
  });

  test("anew of an extension that nobody uses", () => {
    const extended = (now: Date) =>
      now < days(17) ? ending(days(30)) : ending(days(60), days(17));
    expect(noticesOf(extended, days(61))).toEqual([14, 14, 7, 3, 1, 0]);
  });

  test("with the most urgent notice, where no walk was made for days", () => {
    const record = ending(days(30));
    const next = nextNotice({ record, told: toldNothing }, byConsent, days(28));
    expect(next?.end?.days).toBe(3);
  });

  test("with the token's end where it cannot be renewed", () => {
    const consent = aConsent({ refresh: null });
    const token = aToken({ expiresAt: days(20), issuedAt: consentedAt });
    const { record } = anObserved({ consent, token });
    expect(noticesOf(() => record, days(21))).toEqual([14, 7, 3, 1, 0]);
  });
});

describe("no end is told", () => {
  const overdue = days(31);
  const of = (changes: Partial<TokenRecord>, policy = byConsent) =>
    nextNotice({ record: { ...ending(days(30)), ...changes }, told: toldNothing }, policy, overdue);

  test.each([
    [
      "a consent that the provider has refused",
      { consent: aConsent({ refresh: null }), failure: aFailure({ code: "consent-required" }) },
    ],
    ["a consent that was disconnected", { consent: null, token: null }],
    ["a damaged record", { damage: ["fence"] }],
  ] as const)("of %s", (_, changes) => expect(of(changes)).toBeNull());

  test("of a token that is issued for client credentials", () => {
    expect(of({ consent: null }, atExpiry)).toBeNull();
  });

  test("of a consent whose end is unknown", () => {
    const { consent, ...record } = ending(days(30));
    const refresh = consent?.refresh ? { ...consent.refresh, endsAt: null } : null;
    expect(of({ ...record, consent: aConsent({ refresh }) })).toBeNull();
  });
});

describe("a static key's end is told", () => {
  const key = (endsAt: Date, since = consentedAt) =>
    anObserved({ consent: null, token: aToken({ expiresAt: endsAt, issuedAt: since }) }).record;

  test("ahead, and not when it has expired: the provider's refusal is", () => {
    expect(noticesOf(() => key(days(90)), days(100), onRotation)).toEqual([14, 7, 3, 1]);
  });

  test("anew of its successor", () => {
    const rotated = (now: Date) => (now < days(80) ? key(days(90)) : key(days(180), days(80)));
    const given = noticesOf(rotated, days(181), onRotation);
    expect(given).toEqual([14, 14, 7, 3, 1]);
  });
});

test("a contest is over once the circuit breaker has closed", () => {
  const rejections = { level: 3, at: at("10:00:01.000") };
  const { record } = anObserved({ consent: null, rejections });
  const next = (now: Date) => nextNotice({ record, told: toldNothing }, atExpiry, now);
  expect(next(at("10:05:00.000"))).toBeNull();
  expect(next(at("10:05:02.000"))?.contestOverOf).toEqual(rejections.at);
});

test("no notice is given twice, and none after a more urgent one, whatever a consent lasts and however it is extended", () => {
  const lives = fc.record({
    lifeDays: fc.double({ min: 0.1, max: 40, noNaN: true }),
    everyHours: fc.integer({ min: 1, max: 400 }),
    extensions: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(
    fc.property(lives, ({ lifeDays, everyHours, extensions }) => {
      const recordAt = (now: Date) => {
        const renewals = Math.floor((Number(now) - Number(consentedAt)) / (everyHours * 3_600_000));
        const renewedAt = plusMs(
          consentedAt,
          Math.min(extensions, renewals) * everyHours * 3_600_000,
        );
        return ending(plusMs(renewedAt, lifeDays * dayMs), renewedAt);
      };
      let told: Told = toldNothing;
      const seen = new Set<string>();
      // Longer than the longest life: 40 days after six extensions by 400 hours.
      for (let now = consentedAt; now <= days(141); now = plusMs(now, 3_600_000)) {
        const record = recordAt(now);
        const next = nextNotice({ record, told }, byConsent, now);
        if (!next?.end) continue;
        const { end } = next;
        const notice = `${Number(end.endsAt)} ${end.days}`;
        expect(seen).not.toContain(notice);
        seen.add(notice);
        expect([0, ...noticeDays]).toContain(end.days);
        const leftDays = (Number(end.endsAt) - Number(now)) / dayMs;
        expect(leftDays).toBeLessThanOrEqual(end.days);
        const isRepeated = told.end && Number(told.end.endsAt) === Number(end.endsAt);
        if (isRepeated) expect(end.days).toBeLessThan(told.end?.days ?? 0);
        told = { ...next, stored: "" };
      }
      // Whatever was told before, an end that has come is.
      expect(told.end?.days).toBe(0);
    }),
    { numRuns: 30 },
  );
});
