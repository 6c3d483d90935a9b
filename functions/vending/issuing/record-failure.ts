import type { Dependencies } from "../../model/dependencies.ts";
import type { ProblemCode } from "../../model/errors.ts";
import { needsNewSecret, VendingError } from "../../model/errors.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { Failure } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { backOffUntil } from "../decision/back-off.ts";
import { ledgerWith } from "./ledger.ts";
import type { Renewal } from "./renewal.ts";
import type { RenewalAttempt } from "./request-token.ts";
import { retryUntilLeaseEnd } from "./retry-until-lease-end.ts";

interface FailedRequest {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly mayHaveIssued: boolean;
  readonly retryAfterMs: number | null;
}

/** What the request was made with; `secretVersion` is null when no secret was read. */
type RequestContext = Pick<RenewalAttempt, "revocationScope" | "latencyMs"> & {
  readonly secretVersion: string | null;
};

/**
 * Stores why a renewal failed and ends the lease, so that other processes do not repeat the attempt. When the provider
 * refuses a new consent's code, the connection keeps its token and its failures as they are.
 */
export async function recordFailure(
  deps: Dependencies,
  held: HeldLease,
  request: RequestContext,
  failed: FailedRequest,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record, lease } = held;
  const { code, mayHaveIssued } = failed;
  const at = deps.clock.now();
  const isRenewal = lease.reason !== "consent";
  const isConsentOver = isRenewal && code === "consent-required";
  const detail = isConsentOver && record.suspect ? refreshWasLost : failed.detail;
  const entry = ledgerWith(held, at, request.latencyMs, { fingerprint: null, outcome: code });
  const failure = isRenewal ? failureAfter(deps, held, request, { ...failed, detail }, at) : null;
  const attempt = {
    failure,
    suspect: record.suspect || (isRenewal && mayHaveIssued && isLossPossible(deps.provider.policy)),
    isConsentOver,
    revocationScope: request.revocationScope,
    ledger: entry.ledger,
  };
  deps.metrics.record("IssueFailures", 1);
  if (code === "credentials-rejected") deps.metrics.record("CredentialsRejected", 1);
  const event = { connection: record.connection, ...entry.latest, detail };
  deps.log.warn("issue-failed", { ...event, count: failure?.count ?? 0 });
  const stored = await retryUntilLeaseEnd(deps, lease, signal, (storing) =>
    deps.store.fail(held, attempt, storing),
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
  { secretVersion }: RequestContext,
  { code, detail, retryAfterMs }: FailedRequest,
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
    refusedSecretVersion: needsNewSecret(code)
      ? secretVersion
      : (record.failure?.refusedSecretVersion ?? null),
  };
}

const refreshWasLost =
  "The answer to an earlier refresh was lost, and the provider has replaced the refresh token since.";
