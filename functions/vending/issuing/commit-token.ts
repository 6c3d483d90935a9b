import { msBetween, plusMs } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Issued, NotIssued } from "../../model/provider.ts";
import { isStaticKey } from "../../model/provider.ts";
import type { Deadline } from "../../model/time-limits.ts";
import type {
  Failure,
  LedgerEntry,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "../../model/token-record.ts";
import { ledgerAfter, sealedTextOf, termsOf } from "../../model/token-record.ts";
import type { Commit, HeldLease } from "../../model/token-store.ts";
import { minPauseMs } from "../await-renewal.ts";
import { afterRejection } from "../decision/back-off.ts";
import type { TokenTimes } from "../decision/token-times.ts";
import { keepAliveUntil, nextScheduledRenewal, tokenTimes } from "../decision/token-times.ts";
import type { Renewal } from "./lease.ts";
import { overtaken, retryUntilLeaseEnd, storeOrRecordLate } from "./lease.ts";
import { failureAfter, recordFailure } from "./record-failure.ts";
import { ledgerEntry, logIssue, warnOfConsentEnd, warnOfKeyExpiry } from "./report-issue.ts";
import type { RenewalAttempt } from "./request-token.ts";
import { asBegun, updatedConsent } from "./stored-consent.ts";

/** Stores an issued token and ends the lease. If another process has taken over, records the token as a late issue. */
export async function commitToken(
  deps: Dependencies,
  held: HeldLease,
  attempt: RenewalAttempt,
  issued: Issued,
  deadline: Deadline,
): Promise<Renewal> {
  const { signal } = deadline;
  const { record, lease } = held;
  const { connection } = record;
  const fingerprint = deps.fingerprint(issued.token.expose());
  // Some providers answer a token again while it is valid: the version counts tokens, not answers.
  const sameToken = fingerprint === record.token?.fingerprint ? record.token : null;
  const version = record.version + (sameToken ? 0 : 1);
  const times = timesOf(deps, issued, sameToken, record.damage.length > 0);
  const now = deps.clock.now();
  const isExpired = times.usableUntil !== null && times.usableUntil <= now;
  // A new refresh token is stored whatever came with it: the one before it may no longer be valid.
  if (isExpired && issued.consent?.refreshToken == null) {
    const isKey = issued.lifetime.kind === "unlimited";
    const reason = isKey ? keyAboutToExpire : { ...expiredOnArrival, issued };
    return recordFailure(deps, held, attempt, { ...reason, fingerprint }, signal);
  }
  const failure = isExpired ? failureOnArrival(deps, held, attempt, now) : null;
  const result = { fingerprint, outcome: "issued", version } as const;
  const entry = ledgerEntry(held, now, attempt.latencyMs, result);
  const { policy } = deps.provider;
  const terms = {
    fingerprint,
    issuedUnder: policy.renewal,
    requestedAt: issued.requestedAt,
    issuedAt: issued.receivedAt,
    usableUntil: times.usableUntil,
    expiresAt: issued.expiresAt,
    secretVersion: attempt.secretVersion,
    attributes: issued.attributes,
  };
  const seal = async (sealing: AbortSignal) => {
    const result = asBegun(issued.consent, attempt.begunBy);
    const { proofKey } = issued;
    const consent = await updatedConsent(deps, held, result, { version, proofKey }, now, sealing);
    const as = { connection, version, kind: "token", terms: termsOf(terms, consent) } as const;
    const sealed = await deps.sealer.seal(sealedTextOf(issued), as, sealing);
    return { sealed, consent };
  };
  const store = <T>(write: (storing: AbortSignal) => Promise<T>) =>
    retryUntilLeaseEnd(deps, lease, signal, write);
  const sealAndStore = async () => {
    const { sealed, consent } = await store(seal);
    const keptUntil = keepAliveUntil(policy, record.token, deadline, now, times.renewAt);
    const token = {
      ...terms,
      terms: termsOf(terms, consent),
      sealed,
      committedBy: lease.owner,
      renewAt: times.renewAt,
      keepAliveUntil: keptUntil,
      due: nextScheduledRenewal(times.renewAt, keptUntil, consent, now),
    };
    const commitOf = commitFor(held, attempt, entry, { token, consent, failure });
    return store((storing) => deps.store.commit(held, commitOf, storing));
  };
  const stored = await storeOrRecordLate(deps, held, entry, issued, sealAndStore);
  if (!stored) return overtaken(await deps.store.read(connection, signal));
  if (failure) deps.metrics.record("IssueFailures", 1);
  warnOfConsentEnd(deps, record, stored, now);
  logIssue(deps, connection, entry, issued);
  return { outcome: "committed", record: stored };
}

/** Why no caller gets the token. A new consent's token is not asked for again, but refreshed. */
function failureOnArrival(
  deps: Dependencies,
  { record, lease }: HeldLease,
  { secretVersion }: RenewalAttempt,
  now: Date,
): Failure | null {
  if (lease.reason === "consent") return null;
  return failureAfter(deps, record, expiredOnArrival, secretVersion, now);
}

/** The commit, computed from the current record, to which other processes may have written meanwhile. */
function commitFor(
  { lease }: HeldLease,
  { latencyMs, leaseTookMs, revocationScope }: RenewalAttempt,
  entry: LedgerEntry,
  { token, consent, failure }: Pick<Commit, "token" | "consent" | "failure">,
): (current: TokenRecord) => Commit {
  const { at, version } = entry;
  return ({
    doubtedAt,
    rejections,
    typicalRenewalMs,
    ledger,
    consent: stored,
    version: before,
  }) => ({
    token,
    consent: sealedAsStored(consent, stored),
    failure,
    version,
    // A doubt that reaches beyond this token's request concerns this token.
    doubtedAt: doubtedAt && doubtedAt >= token.requestedAt ? doubtedAt : null,
    rejections: lease.reason === "rejected" ? afterRejection(rejections, at) : rejections,
    revocationScope,
    typicalRenewalMs: smoothed(
      // Before the first commit it is other connections'.
      before === 0 ? null : typicalRenewalMs,
      withCommit(msBetween(lease.since, at), leaseTookMs),
    ),
    ledger: latencyMs === null ? ledger : ledgerAfter(ledger, entry),
  });
}

/** A refresh token that is kept may have been sealed anew meanwhile. */
function sealedAsStored(
  kept: StoredConsent | null,
  stored: StoredConsent | null,
): StoredConsent | null {
  const { refresh } = kept ?? {};
  const isKept = refresh && stored?.refresh?.fingerprint === refresh.fingerprint;
  if (!kept || !isKept || stored.refresh.version !== refresh.version) return kept;
  return { ...kept, refresh: { ...refresh, sealed: stored.refresh.sealed } };
}

/** Keeps a static key that is still the secret's value, until its next check. */
export async function confirmKey(
  deps: Dependencies,
  held: HeldLease,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record, lease } = held;
  const { token, connection } = record;
  const { policy } = deps.provider;
  if (!token || !isStaticKey(policy)) {
    throw new VendingError("internal", "Only a stored static key can be confirmed.");
  }
  const now = deps.clock.now();
  if (lease.reason === "rejected") {
    deps.log.warn("key-rejected", { connection, version: record.version });
  }
  warnOfKeyExpiry(deps, record, plusMs(token.renewAt, -policy.recheckMs), now);
  const confirmed = {
    ...token,
    committedBy: lease.owner,
    renewAt: plusMs(now, policy.recheckMs),
  };
  const stored = await retryUntilLeaseEnd(deps, lease, signal, (storing) =>
    deps.store.commit(
      held,
      (current) => ({
        ...current,
        // It may have been sealed anew meanwhile.
        token: { ...confirmed, sealed: current.token?.sealed ?? confirmed.sealed },
        failure: null,
      }),
      storing,
    ),
  );
  if (stored) return { outcome: "kept", record: stored };
  return overtaken(await deps.store.read(connection, signal));
}

/**
 * The token's times. A token that the provider answers again with the same expiry has aged, so it keeps its first times. If
 * those are damaged, it gets new ones that end at the stated expiry.
 */
function timesOf(
  { provider: { policy }, limits: { marginMs }, random }: Dependencies,
  issued: Issued,
  sameToken: StoredToken | null,
  isDamaged: boolean,
): TokenTimes {
  const { expiresAt } = issued;
  const hasAged =
    sameToken?.expiresAt && expiresAt && Number(sameToken.expiresAt) === Number(expiresAt);
  if (hasAged && !isStaticKey(policy) && !isDamaged) return sameToken;
  const times = tokenTimes(issued, policy, marginMs, random());
  if (!hasAged || !times.usableUntil) return times;
  const agedMs = Math.max(0, msBetween(plusMs(expiresAt, -marginMs), times.usableUntil));
  return {
    usableUntil: plusMs(times.usableUntil, -agedMs),
    renewAt: plusMs(times.renewAt, -agedMs),
  };
}

/** The commit takes about as long as the write of the lease did, or less: others may have wanted the lease too. */
function withCommit(tookMs: number, leaseTookMs: number): number {
  return tookMs + Math.min(leaseTookMs, Math.max(minPauseMs, Math.round(tookMs / 10)));
}

/** Renewals below twice this never count as slow. */
const usualRenewalMs = 100;

/** A single slow renewal changes it little: otherwise processes that wait for the next one would read too late. */
function smoothed(before: number | null, latestMs: number): number {
  const latest = Math.max(0, latestMs);
  if (before === null) return latest;
  return Math.round(before * 0.7 + Math.min(latest, 2 * Math.max(before, usualRenewalMs)) * 0.3);
}

const keyAboutToExpire: NotIssued = {
  kind: "not-issued",
  code: "credentials-rejected",
  detail: "This key is about to expire. Put its successor into the secret.",
  mayHaveIssued: false,
  retryAfterMs: null,
};

const expiredOnArrival: NotIssued = {
  kind: "not-issued",
  code: "provider-malformed",
  detail: "The provider answered a token that has already expired.",
  mayHaveIssued: true,
  retryAfterMs: null,
};
