import { msBetween } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued, NotIssued } from "../../model/provider.ts";
import type { HeldConsent, HeldToken } from "../../model/token-record.ts";
import type { Commit, HeldLease } from "../../model/token-store.ts";
import type { Attempt } from "./request-token.ts";
import type { Call } from "../../model/deadline.ts";
import { consentAfter } from "./consent-after.ts";
import { warnOfConsentEnd } from "../consent-end.ts";
import { dueAfter } from "../schedule/keep-alive.ts";
import { keptUntil } from "../kept-until.ts";
import { ledgerWith } from "./ledger.ts";
import { recordFailure } from "./record-failure.ts";
import { recordLateIssue } from "./record-late-issue.ts";
import type { Renewal } from "../renewal.ts";
import { overtaken } from "../renewal.ts";
import { reportIssue } from "../report-issue.ts";
import type { TokenTimes } from "../decision/token-times.ts";
import { tokenTimes } from "../decision/token-times.ts";
import { untilLeaseEnds } from "./retry-until-lease-end.ts";

/** Stores what the provider issued and ends the lease. A holder that was overtaken leaves its evidence instead. */
export async function commitToken(
  deps: Dependencies,
  held: HeldLease,
  attempt: Attempt,
  issued: Issued,
  call: Call,
): Promise<Renewal> {
  const { signal } = call;
  const { record, lease } = held;
  const { connection } = record;
  const fingerprint = deps.fingerprint(issued.token.expose());
  // Some providers answer a live token again: the version counts tokens, not answers.
  const again = fingerprint === record.token?.fingerprint ? record.token : null;
  const version = record.version + (again ? 0 : 1);
  const times = timesOf(deps, issued, again);
  const now = deps.clock.now();
  if (times.usableUntil && times.usableUntil <= now) {
    const isKey = issued.lifetime.kind === "unlimited";
    return recordFailure(deps, held, attempt, isKey ? keyIsEnding : expiredOnArrival, signal);
  }
  const entry = ledgerWith(held, now, attempt.latencyMs, {
    fingerprint,
    outcome: "issued",
    version,
  });
  const commitOf = (sealed: Uint8Array, consent: HeldConsent | null): Commit => {
    const kept = keptUntil(deps.provider.policy, record.token, call, now, times.renewAt);
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
        keptUntil: kept,
        due: dueAfter(times.renewAt, kept, consent, now),
      },
      consent,
      version,
      scope: attempt.scope,
      typicalIssueMs: smoothed(record.typicalIssueMs, msBetween(lease.since, now)),
      ledger: entry.ledger,
    };
  };
  const sealAndStore = async () => {
    const commit = await untilLeaseEnds(deps, lease, signal, async (until) => {
      const as = { connection, version, kind: "token" } as const;
      const { consented } = issued;
      return commitOf(
        await deps.sealer.seal(issued.token, as, until),
        await consentAfter(deps, held, consented, version, now, until),
      );
    });
    return untilLeaseEnds(deps, lease, signal, (until) => deps.store.commit(held, commit, until));
  };
  const stored = await sealAndStore().catch(async (error) => {
    await recordLateIssue(deps, held, entry.latest, issued);
    throw error;
  });
  if (!stored) {
    await recordLateIssue(deps, held, entry.latest, issued);
    return overtaken(await deps.store.read(connection, signal));
  }
  warnOfConsentEnd(deps, record, stored, now);
  reportIssue(deps, connection, entry.latest, issued);
  return { outcome: "committed", record: stored };
}

/** A live token answered again with the instants it had has aged since: it keeps the times it was given first. */
function timesOf(
  { provider: { policy }, timing: { marginMs }, random }: Dependencies,
  issued: Issued,
  again: HeldToken | null,
): TokenTimes {
  const hasAged =
    again?.expiresAt && issued.expiresAt && Number(again.expiresAt) === Number(issued.expiresAt);
  if (hasAged && policy.renewal !== "on-rotation") return again;
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
