import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import type { ConnectionState } from "../../../functions/model/connection-status.ts";
import type { Freeze } from "../../../functions/model/freeze.ts";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import type { Failure, TokenRecord } from "../../../functions/model/token-record.ts";
import { connectionState } from "../../../functions/vending/decision/connection-state.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import type { Decision } from "../../../functions/vending/decision/decision.ts";
import {
  aConsent,
  aFailure,
  aFreeze,
  aLease,
  aRecord,
  aToken,
  at,
} from "../../support/a-record.ts";
import { atExpiry, atHandover, byConsent, early, onRotation } from "../../support/policies.ts";

const refused = aFailure({
  code: "credentials-rejected",
  refusedSecretVersion: "s1",
});
const threeRejections = { level: 3, at: at("10:00:20.000") };
const aDoubt = at("10:00:00.200");
const aKey = aToken({
  usableUntil: null,
  expiresAt: null,
  renewAt: at("10:00:05.200"),
  keepAliveUntil: null,
});
const coexisting = aToken({ renewAt: at("10:04:00.000") });

interface Case {
  readonly what: string;
  readonly record: Partial<TokenRecord>;
  readonly policy?: RenewalPolicy;
  readonly time: string;
}

describe.each<{ state: ConnectionState; cases: readonly Case[] }>([
  {
    state: "empty",
    cases: [
      {
        what: "nothing was ever committed",
        record: { version: 0, token: null },
        time: "10:00:00.000",
      },
      {
        what: "the holder of the first lease vanished",
        record: { version: 0, token: null, lease: aLease() },
        time: "10:00:07.250",
      },
      {
        what: "the first attempt failed, and its back-off is over",
        record: { version: 0, token: null, failure: aFailure() },
        time: "10:00:07.000",
      },
    ],
  },
  {
    state: "usable",
    cases: [
      { what: "a token before its end", record: {}, time: "10:04:58.999" },
      {
        what: "a key without end",
        record: { token: aKey },
        policy: onRotation,
        time: "23:59:59.999",
      },
      {
        what: "due for renewal, which harms nobody",
        record: { token: coexisting },
        policy: early,
        time: "10:04:30.000",
      },
      {
        what: "being renewed while the old one is vended",
        record: { token: coexisting, lease: aLease({ until: at("10:04:37.000") }) },
        policy: early,
        time: "10:04:30.000",
      },
      {
        what: "the renewal's holder vanished while the old one is vended",
        record: { token: coexisting, lease: aLease() },
        policy: early,
        time: "10:04:30.000",
      },
      {
        what: "the provider is down, and callers do not notice",
        record: { token: coexisting, failure: aFailure({ retryAt: at("10:04:40.000") }) },
        policy: early,
        time: "10:04:30.000",
      },
      {
        what: "a probe has granted three rejections of a key",
        record: { token: aKey, rejections: threeRejections },
        policy: onRotation,
        time: "10:00:21.000",
      },
      {
        what: "three rejections, and the pause is over",
        record: {
          rejections: threeRejections,
          token: aToken({ usableUntil: at("10:09:59.000") }),
        },
        time: "10:05:20.000",
      },
    ],
  },
  {
    state: "renewing",
    cases: [
      {
        what: "the first token is asked for",
        record: { version: 0, token: null, lease: aLease() },
        time: "10:00:03.000",
      },
      {
        what: "a token that the next one revokes is being replaced",
        record: { lease: aLease({ reason: "rejected" }) },
        time: "10:00:03.000",
      },
      {
        what: "an expired token is being replaced",
        record: { token: coexisting, lease: aLease({ until: at("10:05:07.000") }) },
        policy: early,
        time: "10:05:03.000",
      },
      {
        what: "refused credentials are tried again, for the secret has changed",
        record: { version: 0, token: null, failure: refused, lease: aLease() },
        time: "10:00:03.000",
      },
    ],
  },
  {
    state: "expired",
    cases: [
      { what: "a token at its end", record: {}, time: "10:04:59.000" },
      {
        what: "a token handed over",
        record: {
          token: aToken({
            issuedUnder: "at-handover",
            usableUntil: at("10:04:39.000"),
            renewAt: at("10:04:40.000"),
          }),
        },
        policy: atHandover,
        time: "10:04:39.500",
      },
      {
        what: "a token that nobody can vouch for",
        record: { doubtedAt: aDoubt },
        time: "10:01:00.000",
      },
      {
        what: "the holder of a lease vanished, and may have revoked it",
        record: { lease: aLease() },
        time: "10:00:08.000",
      },
      {
        what: "a key past its end",
        record: { token: aToken({ ...aKey, usableUntil: at("10:04:59.000") }) },
        policy: onRotation,
        time: "10:04:59.000",
      },
      {
        what: "the last attempt failed, and its back-off is over",
        record: { failure: aFailure({ retryAt: at("10:06:00.000") }) },
        time: "10:06:00.000",
      },
    ],
  },
  {
    state: "backing-off",
    cases: [
      {
        what: "the first attempt failed",
        record: { version: 0, token: null, failure: aFailure() },
        time: "10:00:06.999",
      },
      {
        what: "the token has expired, and the provider is down",
        record: { failure: aFailure({ retryAt: at("10:06:00.000") }) },
        time: "10:05:59.999",
      },
      {
        what: "the provider asks for fewer requests",
        record: { doubtedAt: aDoubt, failure: aFailure({ code: "provider-throttled" }) },
        time: "10:00:01.000",
      },
    ],
  },
  {
    state: "contested",
    cases: [
      {
        what: "three rejections at once, though others are still vended",
        record: { rejections: threeRejections },
        time: "10:04:58.999",
      },
    ],
  },
  {
    state: "credentials-rejected",
    cases: [
      {
        what: "the credentials are refused",
        record: { version: 0, token: null, failure: refused },
        time: "11:00:00.000",
      },
      {
        what: "the secret cannot be read",
        record: {
          version: 0,
          token: null,
          failure: aFailure({ code: "secret-malformed", refusedSecretVersion: "s1" }),
        },
        time: "11:00:00.000",
      },
      {
        what: "they are refused while the last token is still vended",
        record: { token: coexisting, failure: refused },
        policy: early,
        time: "10:04:30.000",
      },
      {
        what: "a key was refused, and the secret still holds it",
        record: { token: aKey, failure: refused },
        policy: onRotation,
        time: "10:01:00.000",
      },
    ],
  },
  {
    state: "damaged",
    cases: [
      {
        what: "an attribute could not be what it said, though the token is vended",
        record: { damage: ["failure"] },
        time: "10:01:00.000",
      },
      {
        what: "the token had not been issued yet",
        record: { damage: ["token"], lease: aLease(), failure: refused },
        time: "10:00:01.000",
      },
    ],
  },
])("$state:", ({ state, cases }) => {
  test.each(cases)("$what", ({ record, policy = atExpiry, time }) => {
    expect(connectionState(aRecord(record), policy, at(time))).toBe(state);
  });
});

test("frozen: an operator has stopped the connection or its realm, whatever else is the matter", () => {
  const stateOf = (record: Partial<TokenRecord>, realmFreeze?: Freeze) =>
    connectionState(aRecord(record), atExpiry, at("10:01:00.000"), realmFreeze);
  const damage = ["failure"];
  expect(stateOf({ frozen: aFreeze(), damage })).toBe("frozen");
  expect(stateOf({ damage }, aFreeze({ of: "realm" }))).toBe("frozen");
  expect(stateOf({})).toBe("usable");
});

test("consent-required: a token without an end needs no refresh token, until it is refused", () => {
  const stateOf = (code: Failure["code"]) => {
    const failure = aFailure({ code });
    const record = aRecord({ token: aKey, consent: aConsent({ refresh: null }), failure });
    return connectionState(record, byConsent, at("10:01:00.000"));
  };
  expect(stateOf("consent-required")).toBe("consent-required");
  expect(stateOf("provider-unavailable")).toBe("usable");
});

const instants = fc.integer({ min: -60_000, max: 600_000 });
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const ten = at("10:00:00.000");
const records: fc.Arbitrary<TokenRecord> = fc
  .record({
    token: orNull(fc.record({ usableUntil: orNull(instants), renewAt: instants })),
    isDoubted: fc.boolean(),
    leaseUntil: orNull(instants),
    failure: orNull(fc.record({ retryAt: instants, isRefused: fc.boolean() })),
  })
  .map(({ token, isDoubted, leaseUntil, failure }) =>
    aRecord({
      doubtedAt: isDoubted ? aDoubt : null,
      version: token ? 3 : 0,
      token:
        token &&
        aToken({
          usableUntil: token.usableUntil === null ? null : plusMs(ten, token.usableUntil),
          renewAt: plusMs(ten, token.renewAt),
        }),
      lease: leaseUntil === null ? null : aLease({ until: plusMs(ten, leaseUntil) }),
      failure: failure && {
        ...(failure.isRefused ? refused : aFailure()),
        retryAt: plusMs(ten, failure.retryAt),
      },
    }),
  );

/** The states that are consistent with a decision. */
const possible: Readonly<Record<Decision["action"], readonly ConnectionState[]>> = {
  vend: ["usable", "credentials-rejected"],
  renew: ["usable", "expired", "empty", "credentials-rejected"],
  "check-secret": ["credentials-rejected"],
  refuse: ["backing-off"],
  "await-renewal": ["renewing"],
  "await-handover": ["expired", "empty", "credentials-rejected"],
};

test("for every record, the state agrees with the decision for a caller", () => {
  const anyToken = { minValiditySeconds: 0, rejectedVersion: null };
  const policies = fc.constantFrom(atExpiry, atHandover, early, onRotation);
  fc.assert(
    fc.property(records, policies, instants, (record, policy, ms) => {
      const now = plusMs(ten, ms);
      const { action } = decide(record, policy, anyToken, now);
      expect(possible[action]).toContain(connectionState(record, policy, now));
    }),
  );
});
