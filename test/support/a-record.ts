import { connectionOf } from "../../functions/model/connection.ts";
import type { Freeze } from "../../functions/model/freeze.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import type {
  Failure,
  Lease,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "../../functions/model/token-record.ts";
import { termsOf } from "../../functions/model/token-record.ts";

/** An instant on the day of all tests: `at("10:04:59.000")`. */
export function at(time: string): Date {
  return new Date(`2026-11-20T${time}Z`);
}

/** A five-minute token of Conferma, requested at ten o'clock and answered 200 ms later. */
export function aToken(changes: Partial<StoredToken> = {}): StoredToken {
  const token = {
    sealed: new Uint8Array([1, 2, 3]),
    fingerprint: "9f86d081884c",
    committedBy: "process-a.3",
    issuedUnder: "at-expiry",
    requestedAt: at("10:00:00.000"),
    issuedAt: at("10:00:00.200"),
    usableUntil: at("10:04:59.000"),
    expiresAt: at("10:05:00.000"),
    renewAt: at("10:05:00.450"),
    keepAliveUntil: at("11:00:00.200"),
    due: { at: at("10:05:00.450"), until: at("11:00:00.200") },
    secretVersion: "s1",
    ...changes,
  } as const;
  return { terms: termsOf(token, null), ...token };
}

/** A consent of nine o'clock, for thirty days; its refresh token came with the first version. */
export function aConsent(changes: Partial<StoredConsent> = {}): StoredConsent {
  return {
    consentedAt: at("09:00:00.000"),
    refresh: {
      sealed: new Uint8Array([4, 5, 6]),
      version: 1,
      fingerprint: "60303ae22b99",
      endsAt: new Date("2026-12-20T09:00:00.000Z"),
    },
    grantedScope: "psd2-ais",
    subject: "fd61a03af4f7",
    customer: "Mo********co",
    details: {
      ...{ addedScope: "openid", identity: "j…@example.org" },
      attributes: { tenant: "t-1" },
      begunBy: "request r-1",
    },
    ...changes,
  };
}

/** A lease of seven seconds, from ten o'clock. */
export function aLease(changes: Partial<Lease> = {}): Lease {
  const since = at("10:00:00.000");
  return { owner: "process-a.1", since, until: at("10:00:07.000"), reason: "expired", ...changes };
}

/** A provider outage at ten o'clock, with a back-off of seven seconds. */
export function aFailure(changes: Partial<Failure> = {}): Failure {
  return {
    code: "provider-unavailable",
    detail: "The provider answered 503.",
    at: at("10:00:00.000"),
    count: 1,
    retryAt: at("10:00:07.000"),
    secretVersion: changes.refusedSecretVersion ?? "s1",
    refusedSecretVersion: null,
    ...changes,
  };
}

export function aFreeze(changes: Partial<Freeze> = {}): Freeze {
  const by = "arn:aws:sts::111122223333:assumed-role/operator/jo";
  return {
    of: "connection",
    by,
    at: at("09:59:00.000"),
    reason: "The key has leaked.",
    ...changes,
  };
}

/** A connection whose third token is stored, without a renewal in progress. */
export function aRecord(changes: Partial<TokenRecord> = {}): TokenRecord {
  return {
    connection: connectionOf({ provider: "conferma", environment: "production" }, "default"),
    revision: { opaque: {} },
    fence: 3,
    version: 3,
    token: aToken(),
    consent: null,
    doubtedAt: null,
    lease: null,
    failure: null,
    rejections: null,
    revocationScope: "0a1b2c3d4e5f",
    typicalRenewalMs: 150,
    ledger: [],
    frozen: null,
    damage: [],
    ...changes,
  };
}

/** A call to the provider that failed, and issued nothing. */
export function aFailedIssue(changes: Partial<NotIssued> = {}): NotIssued {
  return {
    kind: "not-issued",
    code: "provider-unavailable",
    detail: "The provider answered 503.",
    mayHaveIssued: false,
    retryAfterMs: null,
    ...changes,
  };
}
