import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxClockSkewMs, msBetween, plusMs } from "../../../functions/model/clock.ts";
import type { Issued, Lifetime, RenewalPolicy } from "../../../functions/model/provider.ts";
import { boundRecord } from "../../../functions/model/record-bounds.ts";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { maxLifetimeMs } from "../../../functions/model/time-limits.ts";
import { keepAliveUntil, tokenTimes } from "../../../functions/vending/decision/token-times.ts";
import { aRecord, aToken, at } from "../../support/a-record.ts";
import { atExpiry, atHandover, byConsent, early, onRotation } from "../../support/policies.ts";

/** Requested at ten, answered 400 ms later. */
const issued = (lifetime: Lifetime): Issued => ({
  kind: "issued",
  token: new Sensitive("t"),
  lifetime,
  expiresAt: null,
  requestedAt: at("10:00:00.000"),
  receivedAt: at("10:00:00.400"),
  consent: null,
});

const stated = (atLeastMs: number, atMostMs: number): Lifetime => ({
  kind: "stated",
  atLeastMs,
  atMostMs,
});
const exactly = (ms: number) => stated(ms, ms);
const unknown: Lifetime = { kind: "unknown" };
const assumed: Lifetime = { kind: "assumed", lastsMs: 3_600_000 };
const endless: Lifetime = { kind: "unlimited", until: null };
const ending: Lifetime = { kind: "unlimited", until: at("18:00:00.000") };

type Row = [
  rule: string,
  policy: RenewalPolicy,
  lifetime: Lifetime,
  usableUntil: string | null,
  renewAt: string,
];

describe("a token's times", () => {
  test.each<Row>([
    // Use counts from the request; "not before" from the answer, plus the clock skew.
    ["five minutes at Conferma", atExpiry, exactly(300_000), "10:04:59.000", "10:05:00.650"],
    ["ten seconds at Conferma", atExpiry, exactly(10_000), "10:00:09.000", "10:00:10.650"],
    ["two seconds at Conferma", atExpiry, exactly(2000), "10:00:01.800", "10:00:02.650"],
    [
      "between two bounds at Conferma",
      atExpiry,
      stated(299_000, 300_000),
      "10:04:58.000",
      "10:05:00.650",
    ],
    ["unsaid at Conferma", atExpiry, unknown, "10:00:59.000", "10:01:00.650"],
    // Twenty seconds ahead, at most a fifth.
    ["five minutes at Send", atHandover, exactly(300_000), "10:04:39.750", "10:04:40.000"],
    ["ten seconds at Send", atHandover, exactly(10_000), "10:00:07.750", "10:00:08.000"],
    [
      "between two bounds at Send",
      atHandover,
      stated(299_000, 300_000),
      "10:04:39.750",
      "10:04:40.000",
    ],
    ["unsaid at Send", atHandover, unknown, "10:00:47.750", "10:00:48.000"],
    // Three hundred seconds ahead, at most a fifth, of which a quarter is jitter (here: half of it).
    ["an hour elsewhere", early, exactly(3_600_000), "10:59:59.000", "10:55:37.500"],
    ["ten seconds elsewhere", early, exactly(10_000), "10:00:09.000", "10:00:08.250"],
    [
      "between two bounds elsewhere",
      early,
      stated(3_600_000, 3_601_000),
      "10:59:59.000",
      "10:55:37.500",
    ],
    ["unsaid elsewhere", early, unknown, "10:00:59.000", "10:00:49.500"],
    ["an hour by assumption", byConsent, assumed, "10:59:59.000", "10:55:37.500"],
    // A key's end is an instant; its secret is read again after five seconds.
    ["a key without end", onRotation, endless, null, "10:00:05.400"],
    ["a key with an end", onRotation, ending, "17:59:59.000", "10:00:05.400"],
  ])("%s", (_, policy, lifetime, usableUntil, renewAt) => {
    expect(tokenTimes(issued(lifetime), policy, 1000, 0.5)).toEqual({
      usableUntil: usableUntil === null ? null : at(usableUntil),
      renewAt: at(renewAt),
    });
  });

  test.each([
    ["soonest", 0.999_999, "10:55:00.000"],
    ["latest", 0, "10:56:15.000"],
  ])("jitter spreads an early renewal over its lead: %s", (_, random, renewAt) => {
    const times = tokenTimes(issued(exactly(3_600_000)), early, 1000, random);
    expect(Math.abs(msBetween(times.renewAt, at(renewAt)))).toBeLessThan(5);
  });

  test("there is no jitter where a new token revokes the old", () => {
    for (const policy of [atExpiry, atHandover]) {
      const times = (random: number) => tokenTimes(issued(exactly(300_000)), policy, 1000, random);
      expect(times(0)).toEqual(times(0.999));
    }
  });

  test("a realm's margin lies between last use and expiry", () => {
    const times = tokenTimes(issued(exactly(300_000)), atExpiry, 5000, 0);
    expect(times.usableUntil).toEqual(at("10:04:55.000"));
  });
});

describe("a token that lives until it is refused", () => {
  const days = (count: number) => count * 86_400_000;
  const withRefresh = (refreshEndsAt: Date | null): Issued => ({
    ...issued(endless),
    consent: {
      refreshToken: new Sensitive("r"),
      refreshEndsAt,
      grantedScope: null,
      subject: null,
      customer: null,
    },
  });

  test.each([
    ["without a known end", null, 7],
    ["that lasts for years", plusMs(at("10:00:00.000"), days(7300)), 7],
    ["of two days", plusMs(at("10:00:00.000"), days(2)), 1],
  ])("is usable without end, and keeps its refresh token: %s", (_, refreshEndsAt, inDays) => {
    expect(tokenTimes(withRefresh(refreshEndsAt), byConsent, 1000, 0.5)).toEqual({
      usableUntil: null,
      renewAt: plusMs(at("10:00:00.000"), days(inDays)),
    });
  });

  test("is no damage, and is damaged with an impossible renewal", () => {
    const token = aToken({ issuedUnder: "by-consent", usableUntil: null, expiresAt: null });
    const bounded = (renewAt: Date) => {
      const record = aRecord({ token: { ...token, renewAt } });
      const reader = {
        now: at("10:00:00.000"),
        process: "p",
        firstSeenAt: () => at("10:00:00.000"),
      };
      return boundRecord(record, reader).damage;
    };
    expect(bounded(plusMs(token.issuedAt, days(7)))).toEqual([]);
    expect(bounded(plusMs(token.issuedAt, 2 * maxLifetimeMs))).toEqual(["token"]);
  });
});

const aCall = {
  msLeft: () => 25_000,
  signal: new AbortController().signal,
  onBehalfOf: "caller",
} as const;

describe("for every lifetime, latency and margin", () => {
  const situations = fc.record({
    atLeastMs: fc.oneof(
      fc.integer({ min: 1000, max: 86_400_000 }),
      fc.integer({ min: 1000, max: maxLifetimeMs }),
    ),
    slackMs: fc.integer({ min: 0, max: 1000 }),
    latencyMs: fc.integer({ min: 0, max: 28_000 }),
    marginMs: fc.integer({ min: 0, max: 60_000 }),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  const timesFor = (
    policy: RenewalPolicy,
    given: typeof situations extends fc.Arbitrary<infer T> ? T : never,
  ) => {
    const { atLeastMs, slackMs, latencyMs, marginMs, random } = given;
    const answer: Issued = {
      ...issued(stated(atLeastMs, atLeastMs + slackMs)),
      receivedAt: plusMs(at("10:00:00.000"), latencyMs),
    };
    const { usableUntil, renewAt } = tokenTimes(answer, policy, marginMs, random);
    return {
      usableMs: usableUntil ? msBetween(answer.requestedAt, usableUntil) : Number.NaN,
      renewMs: msBetween(answer.requestedAt, renewAt),
    };
  };

  test("a reader takes the times that are written for possible", () => {
    const policies = fc.constantFrom(atExpiry, atHandover, early, onRotation);
    fc.assert(
      fc.property(situations, policies, (given, policy) => {
        const { usableMs, renewMs } = timesFor(policy, given);
        const requestedAt = at("10:00:00.000");
        const now = plusMs(requestedAt, given.latencyMs);
        const renewAt = plusMs(requestedAt, renewMs);
        const token = aToken({
          ...{ requestedAt, issuedAt: now, renewAt, issuedUnder: policy.renewal },
          usableUntil: Number.isNaN(usableMs) ? null : plusMs(requestedAt, usableMs),
          keepAliveUntil: keepAliveUntil(policy, null, aCall, now, renewAt),
        });
        const reader = { now, process: "reader", firstSeenAt: () => now };
        expect(boundRecord(aRecord({ token }), reader).damage).toEqual([]);
      }),
    );
  });

  test("no token is used for longer than its certain life, nor for less than half of it", () => {
    fc.assert(
      fc.property(situations, fc.constantFrom(atExpiry, atHandover, early), (given, policy) => {
        const { usableMs } = timesFor(policy, given);
        expect(usableMs).toBeLessThanOrEqual(given.atLeastMs);
        expect(usableMs).toBeGreaterThanOrEqual(given.atLeastMs / 2);
      }),
    );
  });

  test("Conferma is not called while the token may live, on any of our clocks", () => {
    fc.assert(
      fc.property(situations, (given) => {
        const { renewMs } = timesFor(atExpiry, given);
        const mayLiveMs = given.latencyMs + given.atLeastMs + given.slackMs;
        expect(renewMs).toBeGreaterThanOrEqual(mayLiveMs + maxClockSkewMs);
      }),
    );
  });

  test("no process revokes at the handover a token that another, whose clock is behind, still vends", () => {
    fc.assert(
      fc.property(situations, (given) => {
        const { usableMs, renewMs } = timesFor(atHandover, given);
        expect(renewMs).toBeGreaterThanOrEqual(usableMs + maxClockSkewMs);
      }),
    );
  });

  test("nobody waits for longer at a handover than clocks may differ, whatever the margin before the expiry", () => {
    const { atLeastMs, slackMs, marginMs } = { atLeastMs: 299_000, slackMs: 1000, marginMs: 1000 };
    fc.assert(
      fc.property(situations, (given) => {
        const { usableMs, renewMs } = timesFor(atHandover, {
          ...given,
          atLeastMs,
          slackMs,
          marginMs,
        });
        expect(renewMs - usableMs).toBe(maxClockSkewMs);
      }),
    );
  });

  test("an early renewal comes before the end and not in the first half", () => {
    fc.assert(
      fc.property(situations, (given) => {
        const { renewMs } = timesFor(early, given);
        expect(renewMs).toBeLessThan(given.atLeastMs);
        expect(renewMs).toBeGreaterThan(given.atLeastMs / 2);
      }),
    );
  });
});
