import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxClockSkewMs, msBetween, plusMs } from "../../../functions/model/clock.ts";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import { revokesOnIssue } from "../../../functions/model/provider.ts";
import type { StoredToken, TokenRecord } from "../../../functions/model/token-record.ts";
import { isDoubted } from "../../../functions/model/token-record.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import type { Decision, Situation } from "../../../functions/vending/decision/decision.ts";
import { situationsUnder } from "../../support/any-situation.ts";
import { atExpiry, atHandover, byConsent, early, onRotation } from "../../support/policies.ts";

interface Decided extends Situation {
  readonly decision: Decision;
}

const situations = situationsUnder(atExpiry, atHandover, early, byConsent, onRotation).map(
  (given): Decided => ({
    ...given,
    decision: decide(given.record, given.policy, given.constraints, given.now, given.findings),
  }),
);

/** Checks a rule in ten thousand situations. */
function always(rule: (situation: Decided) => void): void {
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

  test("no token is vended that is doubted, does not open, or was rejected by this caller", () => {
    always(({ record, policy, constraints, findings, decision }) => {
      if (vended(decision) === null) return;
      expect(isDoubted(record) && policy.renewal !== "by-consent").toBe(false);
      expect(findings.unreadableVersion).not.toBe(record.version);
      expect(constraints.rejectedVersion).not.toBe(record.version);
    });
  });

  test("where a new token revokes the old, none is vended under a lease", () => {
    always(({ record, policy, decision }) => {
      if (revokesOnIssue(policy) && vended(decision)) expect(record.lease).toBeNull();
    });
  });

  test("no token is vended that lasts for less than demanded", () => {
    always(({ constraints, now, decision }) => {
      const token = vended(decision);
      if (!token?.usableUntil) return;
      expect(msBetween(now, token.usableUntil)).toBeGreaterThanOrEqual(
        constraints.minValiditySeconds * 1000,
      );
    });
  });

  test("no renewal uses a consent that is missing or has ended, except to delete a revoked token", () => {
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
