import fc from "fast-check";
import { plusMs } from "../../functions/model/clock.ts";
import type { Issued, RenewalPolicy } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { StoredToken, TokenRecord } from "../../functions/model/token-record.ts";
import type { Situation } from "../../functions/vending/decision/decision.ts";
import { tokenTimes } from "../../functions/vending/decision/token-times.ts";
import { aConsent, aFailure, aRecord, aToken, at } from "./a-record.ts";

const ten = at("10:00:00.000");
const instant = (leastMs: number, mostMs: number) =>
  fc.integer({ min: leastMs, max: mostMs }).map((ms) => plusMs(ten, ms));
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

/** A token with the instants that `tokenTimes` computes, as it may be in a record. */
const heldTokens = (policy: RenewalPolicy): fc.Arbitrary<StoredToken> =>
  fc
    .record({
      lifetimeMs: fc.integer({ min: 1000, max: 3_600_000 }),
      slackMs: fc.constantFrom(0, 1, 1000),
      latencyMs: fc.integer({ min: 0, max: 5000 }),
      isUnlimited: fc.boolean(),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    .map(({ lifetimeMs, slackMs, latencyMs, isUnlimited, random }) => {
      const isKey = policy.renewal === "on-rotation";
      const issued: Issued = {
        kind: "issued",
        token: new Sensitive("t"),
        lifetime: isKey
          ? { kind: "unlimited", until: isUnlimited ? null : plusMs(ten, lifetimeMs) }
          : { kind: "stated", atLeastMs: lifetimeMs, atMostMs: lifetimeMs + slackMs },
        expiresAt: null,
        requestedAt: ten,
        receivedAt: plusMs(ten, latencyMs),
        consent: null,
      };
      const times = tokenTimes(issued, policy, 1000, random);
      const issuedUnder = policy.renewal;
      return aToken({
        ...times,
        issuedUnder,
        requestedAt: ten,
        issuedAt: issued.receivedAt,
        expiresAt: null,
      });
    });

const leases = fc
  .record({ since: instant(-60_000, 600_000), ms: fc.integer({ min: 2100, max: 30_000 }) })
  .map(({ since, ms }) => ({
    owner: "process-a.1",
    since,
    until: plusMs(since, ms),
    reason: "expired" as const,
  }));

const failures = fc
  .record({
    retryAt: instant(-60_000, 600_000),
    code: fc.constantFrom("provider-unavailable" as const, "consent-required" as const),
    refusal: fc.constantFrom("credentials-rejected" as const, "secret-malformed" as const),
    secretVersion: orNull(fc.constantFrom("s1", "s2")),
    refusedSecretVersion: orNull(fc.constantFrom("s1", "s2")),
  })
  .map(({ retryAt, code, refusal, secretVersion, refusedSecretVersion }) =>
    aFailure({
      retryAt,
      secretVersion,
      refusedSecretVersion,
      code: refusedSecretVersion === null ? code : refusal,
    }),
  );

const records = (policy: RenewalPolicy): fc.Arbitrary<TokenRecord> =>
  fc
    .record({
      token: orNull(heldTokens(policy)),
      consent:
        policy.renewal === "by-consent"
          ? fc.constantFrom(aConsent(), aConsent({ refresh: null }), null)
          : fc.constant(null),
      isDoubted: fc.boolean(),
      lease: orNull(leases),
      failure: orNull(failures),
      rejections: orNull(
        fc.record({
          level: fc.double({ min: 0, max: 9, noNaN: true }),
          at: instant(-700_000, 600_000),
        }),
      ),
    })
    .map(({ isDoubted, ...parts }) =>
      aRecord({
        ...parts,
        version: parts.token ? 3 : 0,
        doubtedAt: isDoubted ? ten : null,
      }),
    );

/** Possible situations under one of these policies. */
export function situationsUnder(...policies: readonly RenewalPolicy[]): fc.Arbitrary<Situation> {
  return fc.constantFrom(...policies).chain((policy) =>
    fc.record({
      record: records(policy),
      policy: fc.constant(policy),
      constraints: fc.record({
        minValiditySeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4000 })),
        rejectedVersion: orNull(fc.integer({ min: 1, max: 3 })),
      }),
      now: instant(-1000, 700_000),
      findings: fc.record({
        unreadableVersion: orNull(fc.constantFrom(2, 3)),
        secretVersion: orNull(fc.constantFrom("s1", "s2")),
        realmFreeze: fc.constant(null),
      }),
    }),
  );
}
