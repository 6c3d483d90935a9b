import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxClockSkewMs, msBetween, plusMs } from "../../../functions/model/clock.ts";
import type { Issued, RenewalPolicy } from "../../../functions/model/provider.ts";
import { revokesOnIssue } from "../../../functions/model/provider.ts";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import type { StoredToken, TokenRecord } from "../../../functions/model/token-record.ts";
import { isDoubted } from "../../../functions/model/token-record.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import type {
  Decision,
  Findings,
  VendConstraints,
} from "../../../functions/vending/decision/decision.ts";
import { tokenTimes } from "../../../functions/vending/decision/token-times.ts";
import { aConsent, aFailure, aRecord, aToken, at } from "../../support/a-record.ts";
import { atExpiry, atHandover, byConsent, early, onRotation } from "../../support/policies.ts";

const ten = at("10:00:00.000");
const instant = (leastMs: number, mostMs: number) =>
  fc.integer({ min: leastMs, max: mostMs }).map((ms) => plusMs(ten, ms));
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const policies = fc.constantFrom(atExpiry, atHandover, early, byConsent, onRotation);

/** A token with times as `tokenTimes` computes them: one that a record can have. */
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
    secretVersion: orNull(fc.constantFrom("s1", "s2")),
    refusedSecretVersion: orNull(fc.constantFrom("s1", "s2")),
  })
  .map(({ retryAt, code, secretVersion, refusedSecretVersion }) =>
    aFailure({
      retryAt,
      secretVersion,
      refusedSecretVersion,
      code: refusedSecretVersion === null ? code : "credentials-rejected",
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

interface Situation {
  readonly record: TokenRecord;
  readonly policy: RenewalPolicy;
  readonly wish: VendConstraints;
  readonly now: Date;
  readonly findings: Findings;
  readonly decision: Decision;
}

const situations: fc.Arbitrary<Situation> = policies.chain((policy) =>
  fc
    .record({
      record: records(policy),
      policy: fc.constant(policy),
      wish: fc.record({
        minValiditySeconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4000 })),
        rejectedVersion: orNull(fc.integer({ min: 1, max: 3 })),
      }),
      now: instant(-1000, 700_000),
      findings: fc.record({
        unreadableVersion: orNull(fc.constantFrom(2, 3)),
        secretVersion: orNull(fc.constantFrom("s1", "s2")),
      }),
    })
    .map((given) => ({
      ...given,
      decision: decide(given.record, given.policy, given.wish, given.now, given.findings),
    })),
);

/** Checks a rule in ten thousand situations. */
function always(rule: (situation: Situation) => void): void {
  fc.assert(fc.property(situations, rule), { numRuns: 10_000 });
}

const mayLeadToProvider = (decision: Decision) =>
  decision.action === "renew" || decision.action === "check-secret";

const vended = (decision: Decision): StoredToken | null =>
  decision.action === "vend" ? decision.token : null;

const isWithoutRefresh = ({ consent }: TokenRecord, policy: RenewalPolicy) =>
  policy.renewal === "by-consent" && !consent?.refresh;

describe("in every situation", () => {
  test("there is a decision, and an instant to wait for lies ahead", () => {
    always(({ decision, now }) => {
      if (decision.action === "await-handover") expect(decision.until > now).toBe(true);
      if (decision.action === "refuse" && decision.reason !== "refused" && decision.retryAt)
        expect(decision.retryAt > now).toBe(true);
    });
  });

  test("where a new token revokes the old, none is requested early without a rejection or doubt", () => {
    const causes = new Set<string>(["rejected", "takeover", "cold"]);
    always(({ record, policy, now, decision }) => {
      if (!revokesOnIssue(policy) || decision.action !== "renew" || !record.token) return;
      if (now < record.token.renewAt) expect(causes).toContain(decision.reason);
    });
  });

  test("a demand for validity never causes a request for such a token", () => {
    always(({ policy, decision }) => {
      if (!revokesOnIssue(policy) || decision.action !== "renew") return;
      expect(decision.reason).not.toBe("validity");
      expect(decision.reason).not.toBe("scheduled");
    });
  });

  test("no token is vended after its usableUntil", () => {
    always(({ now, decision }) => {
      const token = vended(decision);
      if (token?.usableUntil) expect(now < token.usableUntil).toBe(true);
    });
  });

  test("no token is vended that is in doubt, does not open, or was rejected by this caller", () => {
    always(({ record, policy, wish, findings, decision }) => {
      if (vended(decision) === null) return;
      expect(isDoubted(record) && policy.renewal !== "by-consent").toBe(false);
      expect(findings.unreadableVersion).not.toBe(record.version);
      expect(wish.rejectedVersion).not.toBe(record.version);
    });
  });

  test("where a new token revokes the old, none is vended under a lease", () => {
    always(({ record, policy, decision }) => {
      if (revokesOnIssue(policy) && vended(decision)) expect(record.lease).toBeNull();
    });
  });

  test("no token is vended that lasts for less than demanded", () => {
    always(({ wish, now, decision }) => {
      const token = vended(decision);
      if (!token?.usableUntil) return;
      expect(msBetween(now, token.usableUntil)).toBeGreaterThanOrEqual(
        wish.minValiditySeconds * 1000,
      );
    });
  });

  test("no renewal uses a consent that is missing or over, except to delete a dead token", () => {
    always(({ record: { consent, failure, token }, policy, decision }) => {
      if (policy.renewal !== "by-consent" || consent?.refresh || !mayLeadToProvider(decision))
        return;
      expect(decision).toMatchObject({ action: "renew", reason: "rejected" });
      expect([failure?.code, token === null]).toEqual(["consent-required", false]);
    });
  });

  test("no renewal begins while another process holds the lease", () => {
    always(({ record: { lease }, now, decision }) => {
      if (!lease || now >= plusMs(lease.until, maxClockSkewMs)) return;
      expect(mayLeadToProvider(decision)).toBe(false);
    });
  });

  test("no renewal begins before the back-off ends, except after a holder crashed", () => {
    always(({ record, policy, now, decision }) => {
      const { failure, lease } = record;
      if (lease || !failure || failure.refusedSecretVersion !== null) return;
      // A dead token is deleted without calling the provider.
      if (isWithoutRefresh(record, policy)) return;
      if (now < failure.retryAt) expect(mayLeadToProvider(decision)).toBe(false);
    });
  });

  test("refused credentials are tried again only when the secret has changed", () => {
    always(({ record, policy, findings, decision }) => {
      const { failure, lease } = record;
      if (lease || !failure || isWithoutRefresh(record, policy)) return;
      const { secretVersion, refusedSecretVersion } = failure;
      const isLastWord = refusedSecretVersion !== null && refusedSecretVersion === secretVersion;
      if (!isLastWord || decision.action !== "renew") return;
      expect([null, refusedSecretVersion]).not.toContain(findings.secretVersion);
    });
  });

  test("each lookup is requested once", () => {
    always(({ findings, decision }) => {
      if (findings.secretVersion !== null) expect(decision.action).not.toBe("check-secret");
    });
  });
});
