import type { Dependencies } from "../../model/dependencies.ts";
import type { ProblemCode } from "../../model/errors.ts";
import { VendingError } from "../../model/errors.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { Failure } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { backOffUntil } from "../decision/back-off.ts";
import { secretBound } from "../decision/decide.ts";
import { ledgerWith } from "./ledger.ts";
import type { Renewal } from "../renewal.ts";
import { untilLeaseEnds } from "./retry-until-lease-end.ts";

interface FailedCall {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly mayHaveIssued: boolean;
  readonly retryAfterMs: number | null;
}

interface Asked {
  readonly secretVersion: string | null;
  readonly scope: string | null;
  readonly latencyMs: number | null;
}

/**
 * Ends the lease with what went wrong, so that a thousand processes do not each learn it. A code that a person brought
 * and the provider refuses says nothing of the connection: what is held stays as it is.
 */
export async function recordFailure(
  deps: Dependencies,
  held: HeldLease,
  asked: Asked,
  failed: FailedCall,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record, lease } = held;
  const { code, mayHaveIssued } = failed;
  const at = deps.clock.now();
  const isRenewal = lease.reason !== "consent";
  const isConsentOver = isRenewal && code === "consent-required";
  const detail = isConsentOver && record.suspect ? refreshWasLost : failed.detail;
  const entry = ledgerWith(held, at, asked.latencyMs, { fingerprint: null, outcome: code });
  const failure = isRenewal ? failureAfter(deps, held, asked, { ...failed, detail }, at) : null;
  const attempt = {
    failure,
    suspect: record.suspect || (isRenewal && mayHaveIssued && isLossPossible(deps.provider.policy)),
    isConsentOver,
    scope: asked.scope,
    ledger: entry.ledger,
  };
  deps.metrics.record("IssueFailures", 1);
  if (code === "credentials-rejected") deps.metrics.record("CredentialsRejected", 1);
  const event = { connection: record.connection, ...entry.latest, detail };
  deps.log.warn("issue-failed", { ...event, count: failure?.count ?? 0 });
  const stored = await untilLeaseEnds(deps, lease, signal, (until) =>
    deps.store.fail(held, attempt, until),
  );
  return {
    outcome: "failed",
    record: stored ?? (await deps.store.read(record.connection, signal)),
    problem: new VendingError(code, detail),
  };
}

function failureAfter(
  deps: Dependencies,
  { record }: HeldLease,
  { secretVersion }: Asked,
  { code, detail, retryAfterMs }: FailedCall,
  at: Date,
): Failure {
  const count = (record.failure?.count ?? 0) + 1;
  const retryAt = backOffUntil(at, count, retryAfterMs, deps.random());
  return {
    code,
    detail,
    at,
    count,
    retryAt,
    // A failure of another kind does not make refused credentials good.
    refusedSecretVersion: secretBound.has(code)
      ? secretVersion
      : (record.failure?.refusedSecretVersion ?? null),
  };
}

const refreshWasLost =
  "The answer to an earlier refresh was lost, and the provider has replaced the refresh token since.";
