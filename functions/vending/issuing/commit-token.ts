import { msBetween, plusMs } from "../../model/clock.ts";
import type { Deadline } from "../../model/deadline.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Issued, NotIssued } from "../../model/provider.ts";
import { isStaticKey } from "../../model/provider.ts";
import type { StoredConsent, StoredToken } from "../../model/token-record.ts";
import type { Commit, HeldLease } from "../../model/token-store.ts";
import type { TokenTimes } from "../decision/token-times.ts";
import { tokenTimes } from "../decision/token-times.ts";
import { keepAliveUntil, nextScheduledRenewal } from "../schedule/keep-alive.ts";
import { warnOfConsentEnd, warnOfKeyExpiry } from "./expiry-warnings.ts";
import { ledgerWith, logIssue } from "./ledger.ts";
import { recordFailure } from "./record-failure.ts";
import { recordLateIssue } from "./record-late-issue.ts";
import type { Renewal } from "./renewal.ts";
import { overtaken } from "./renewal.ts";
import type { RenewalAttempt } from "./request-token.ts";
import { retryUntilLeaseEnd } from "./retry-until-lease-end.ts";
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
  const times = timesOf(deps, issued, again);
  const now = deps.clock.now();
  if (times.usableUntil && times.usableUntil <= now) {
    const isKey = issued.lifetime.kind === "unlimited";
    return recordFailure(deps, held, attempt, isKey ? keyIsEnding : expiredOnArrival, signal);
  }
  const result = { fingerprint, outcome: "issued", version } as const;
  const { latest, ledger } = ledgerWith(held, now, attempt.latencyMs, result);
  const commitOf = (sealed: Uint8Array, consent: StoredConsent | null): Commit => {
    const policy = deps.provider.policy;
    const keptUntil = keepAliveUntil(policy, record.token, deadline, now, times.renewAt);
    return {
      token: {
        sealed,
        fingerprint,
        fence: record.fence,
        requestedAt: issued.requestedAt,
        issuedAt: issued.receivedAt,
        expiresAt: issued.expiresAt,
        secretVersion: attempt.secretVersion,
        usableUntil: times.usableUntil,
        renewAt: times.renewAt,
        keepAliveUntil: keptUntil,
        due: nextScheduledRenewal(times.renewAt, keptUntil, consent, now),
      },
      consent,
      version,
      revocationScope: attempt.revocationScope,
      typicalIssueMs: smoothed(record.typicalIssueMs, msBetween(lease.since, now)),
      ledger,
    };
  };
  const sealAndStore = async () => {
    const commit = await retryUntilLeaseEnd(deps, lease, signal, async (sealing) => {
      const as = { connection, version, kind: "token" } as const;
      return commitOf(
        await deps.sealer.seal(issued.token, as, sealing),
        await updatedConsent(deps, held, issued.consent, version, now, sealing),
      );
    });
    return retryUntilLeaseEnd(deps, lease, signal, (storing) =>
      deps.store.commit(held, commit, storing),
    );
  };
  const stored = await sealAndStore().catch(async (error) => {
    await recordLateIssue(deps, held, latest, issued);
    throw error;
  });
  if (!stored) {
    await recordLateIssue(deps, held, latest, issued);
    return overtaken(await deps.store.read(connection, signal));
  }
  warnOfConsentEnd(deps, record, stored, now);
  logIssue(deps, connection, latest, issued);
  return { outcome: "committed", record: stored };
}

/** Keeps a static key that is still the secret's value, until it is checked again. */
export async function confirmKey(
  deps: Dependencies,
  held: HeldLease,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record, lease } = held;
  const { policy } = deps.provider;
  if (!record.token || policy.renewal !== "on-rotation") {
    throw new VendingError("internal", "Only a stored static key can be confirmed.");
  }
  const now = deps.clock.now();
  warnOfKeyExpiry(deps, record, plusMs(record.token.renewAt, -policy.recheckMs), now);
  const renewAt = plusMs(now, policy.recheckMs);
  const commit = { ...record, token: { ...record.token, fence: record.fence, renewAt } };
  const stored = await retryUntilLeaseEnd(deps, lease, signal, (storing) =>
    deps.store.commit(held, commit, storing),
  );
  if (stored) return { outcome: "committed", record: stored };
  return overtaken(await deps.store.read(record.connection, signal));
}

/** A token that is answered again with the same expiry has aged since: it keeps the times it was given first. */
function timesOf(
  { provider: { policy }, limits: { marginMs }, random }: Dependencies,
  issued: Issued,
  again: StoredToken | null,
): TokenTimes {
  const hasAged =
    again?.expiresAt && issued.expiresAt && Number(again.expiresAt) === Number(issued.expiresAt);
  if (hasAged && !isStaticKey(policy)) return again;
  return tokenTimes(issued, policy, marginMs, random());
}

function smoothed(before: number | null, latest: number): number {
  return Math.round(before === null ? latest : before * 0.7 + latest * 0.3);
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
