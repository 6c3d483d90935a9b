import { msBetween, plusMs } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Issued, NotIssued } from "../../model/provider.ts";
import { isStaticKey } from "../../model/provider.ts";
import type { Deadline } from "../../model/time-limits.ts";
import type {
  LedgerEntry,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "../../model/token-record.ts";
import { ledgerAfter } from "../../model/token-record.ts";
import type { Commit, HeldLease } from "../../model/token-store.ts";
import { afterRejection } from "../decision/back-off.ts";
import type { TokenTimes } from "../decision/token-times.ts";
import { keepAliveUntil, nextScheduledRenewal, tokenTimes } from "../decision/token-times.ts";
import type { Renewal } from "./lease.ts";
import { overtaken, retryUntilLeaseEnd } from "./lease.ts";
import { recordFailure } from "./record-failure.ts";
import { recordLateIssue } from "./record-late-issue.ts";
import { ledgerEntry, logIssue, warnOfConsentEnd, warnOfKeyExpiry } from "./report-issue.ts";
import type { RenewalAttempt } from "./request-token.ts";
import { updatedConsent } from "./stored-consent.ts";

/** Stores an issued token and ends the lease. A holder that was overtaken records its token as a late issue instead. */
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
  // Some providers answer a token that is still valid again: the version counts tokens, not answers.
  const again = fingerprint === record.token?.fingerprint ? record.token : null;
  const version = record.version + (again ? 0 : 1);
  const times = timesOf(deps, issued, again, record.damage.length > 0);
  const now = deps.clock.now();
  if (times.usableUntil && times.usableUntil <= now) {
    const notUsable = issued.lifetime.kind === "unlimited" ? keyIsEnding : expiredOnArrival;
    return recordFailure(deps, held, attempt, { ...notUsable, fingerprint }, signal);
  }
  const result = { fingerprint, outcome: "issued", version } as const;
  const entry = ledgerEntry(held, now, attempt.latencyMs, result);
  const seal = async (sealing: AbortSignal) => {
    const as = { connection, version, kind: "token" } as const;
    const sealed = await deps.sealer.seal(issued.token, as, sealing);
    const consent = await updatedConsent(deps, held, issued.consent, version, now, sealing);
    return { sealed, consent };
  };
  const sealAndStore = async () => {
    const { sealed, consent } = await retryUntilLeaseEnd(deps, lease, signal, seal);
    const { policy } = deps.provider;
    const keptUntil = keepAliveUntil(policy, record.token, deadline, now, times.renewAt);
    const token = {
      sealed,
      fingerprint,
      committedBy: lease.owner,
      issuedUnder: policy.renewal,
      requestedAt: issued.requestedAt,
      issuedAt: issued.receivedAt,
      expiresAt: issued.expiresAt,
      secretVersion: attempt.secretVersion,
      usableUntil: times.usableUntil,
      renewAt: times.renewAt,
      keepAliveUntil: keptUntil,
      due: nextScheduledRenewal(times.renewAt, keptUntil, consent, now),
    };
    const commitOf = commitFor(held, attempt, entry, token, consent);
    return retryUntilLeaseEnd(deps, lease, signal, (storing) =>
      deps.store.commit(held, commitOf, storing),
    );
  };
  const stored = await sealAndStore().catch(async (error) => {
    await recordLateIssue(deps, held, entry, issued);
    throw error;
  });
  if (!stored) {
    await recordLateIssue(deps, held, entry, issued);
    return overtaken(await deps.store.read(connection, signal));
  }
  warnOfConsentEnd(deps, record, stored, now);
  logIssue(deps, connection, entry, issued);
  return { outcome: "committed", record: stored };
}

/** What to write beside the token, given what other processes have written to the record meanwhile. */
function commitFor(
  { lease }: HeldLease,
  { latencyMs, revocationScope }: RenewalAttempt,
  entry: LedgerEntry,
  token: StoredToken,
  consent: StoredConsent | null,
): (current: TokenRecord) => Commit {
  const { at, version } = entry;
  return ({ doubtedAt, rejections, typicalIssueMs, ledger }) => ({
    token,
    consent,
    version,
    // A doubt about what was issued later than this token, or at the same time, is a doubt about this token.
    doubtedAt: doubtedAt && doubtedAt >= token.requestedAt ? doubtedAt : null,
    rejections: lease.reason === "rejected" ? afterRejection(rejections, at) : rejections,
    revocationScope,
    typicalIssueMs: smoothed(typicalIssueMs, msBetween(lease.since, at)),
    ledger: latencyMs === null ? ledger : ledgerAfter(ledger, entry),
  });
}

/** Keeps a static key that is still the secret's value, until it is checked again. */
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
    deps.store.commit(held, (current) => ({ ...current, token: confirmed }), storing),
  );
  if (stored) return { outcome: "kept", record: stored };
  return overtaken(await deps.store.read(connection, signal));
}

/**
 * A token that is answered again with the same expiry has aged since: it keeps the times it was given first, unless they
 * are damaged. Then its end is what the provider said.
 */
function timesOf(
  { provider: { policy }, limits: { marginMs }, random }: Dependencies,
  issued: Issued,
  again: StoredToken | null,
  isDamaged: boolean,
): TokenTimes {
  const { expiresAt } = issued;
  const hasAged = again?.expiresAt && expiresAt && Number(again.expiresAt) === Number(expiresAt);
  if (hasAged && !isStaticKey(policy) && !isDamaged) return again;
  const times = tokenTimes(issued, policy, marginMs, random());
  if (!hasAged || !times.usableUntil) return times;
  const end = Math.min(Number(times.usableUntil), Number(plusMs(expiresAt, -marginMs)));
  return { ...times, usableUntil: new Date(end) };
}

/** Below this, a renewal may take twice as long as before without being slow. */
const usualIssueMs = 100;

/** A single slow renewal moves it little: processes that wait for the next one would look too late. */
function smoothed(before: number | null, latestMs: number): number {
  const latest = Math.max(0, latestMs);
  if (before === null) return latest;
  return Math.round(before * 0.7 + Math.min(latest, 2 * Math.max(before, usualIssueMs)) * 0.3);
}

const keyIsEnding: NotIssued = {
  kind: "not-issued",
  code: "credentials-rejected",
  detail: "This key is about to expire. Put its successor into the secret.",
  mayHaveIssued: false,
  retryAfterMs: null,
};

const expiredOnArrival: NotIssued = {
  kind: "not-issued",
  code: "provider-malformed",
  detail: "The provider answered a token that is not usable for any time.",
  mayHaveIssued: true,
  retryAfterMs: null,
};
