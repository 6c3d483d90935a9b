import { later } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { ProblemCode } from "../../model/errors.ts";
import { needsNewSecret, VendingError } from "../../model/errors.ts";
import { faultOf } from "../../model/faults.ts";
import type { Issued } from "../../model/provider.ts";
import { isLossPossible, isStaticKey } from "../../model/provider.ts";
import type { Failure, StoredToken, TokenRecord } from "../../model/token-record.ts";
import { isDoubted, ledgerAfter } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { backOffUntil } from "../decision/back-off.ts";
import type { Renewal } from "./lease.ts";
import { retryUntilLeaseEnd, storeOrRecordLate } from "./lease.ts";
import { ledgerEntry } from "./report-issue.ts";
import type { RenewalAttempt } from "./request-token.ts";

interface FailedRequest {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly mayHaveIssued: boolean;
  readonly retryAfterMs: number | null;
  /** Of a token or key that is of no use. */
  readonly fingerprint?: string;
  /** The provider has issued it, which others have to be told of. */
  readonly issued?: Issued;
}

/** What the request used; `secretVersion` is null when no secret was read. */
type RequestContext = Pick<RenewalAttempt, "revocationScope" | "latencyMs"> & {
  readonly secretVersion: string | null;
};

/**
 * Stores why a renewal failed and ends the lease, so that other processes do not repeat the attempt. When a new consent's
 * code could not be redeemed, the connection keeps its token and its last failure.
 */
export async function recordFailure(
  deps: Dependencies,
  held: HeldLease,
  { revocationScope, latencyMs, secretVersion }: RequestContext,
  { code, mayHaveIssued, retryAfterMs, issued, ...failed }: FailedRequest,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record, lease } = held;
  const { connection, version } = record;
  const isRenewal = lease.reason !== "consent";
  const isConsentOver = isRenewal && code === "consent-required";
  const detail = isConsentOver && isDoubted(record) ? refreshWasLost : failed.detail;
  const at = deps.clock.now();
  const entry = ledgerEntry(held, at, latencyMs, {
    fingerprint: failed.fingerprint ?? null,
    outcome: code,
    version,
  });
  const failure = failureAfter(deps, record, { code, detail, retryAfterMs }, secretVersion, at);
  const { policy } = deps.provider;
  const isLost = isRenewal && mayHaveIssued && isLossPossible(policy);
  const isRefusedKey = isStaticKey(policy) && code === "credentials-rejected" && latencyMs !== null;
  // Whatever the next attempts bring, a key that the provider has refused is not vended.
  const mayBeDead = (token: StoredToken) =>
    isLost || (isRefusedKey && token.secretVersion === secretVersion);
  const failedOf = ({ token, doubtedAt, ledger }: TokenRecord) => ({
    failure: isRenewal ? failure : null,
    doubtedAt: token && mayBeDead(token) ? later(doubtedAt, token.issuedAt) : doubtedAt,
    isConsentOver,
    // A caller has rejected the token, and the provider no longer accepts its consent.
    isTokenDead: isConsentOver && lease.reason === "rejected",
    revocationScope,
    ledger: latencyMs === null ? ledger : ledgerAfter(ledger, entry),
  });
  countFailure(deps, code);
  deps.log.warn("issue-failed", {
    connection,
    ...entry,
    detail,
    count: isRenewal ? failure.count : 0,
  });
  const store = () =>
    retryUntilLeaseEnd(deps, lease, signal, (storing) => deps.store.fail(held, failedOf, storing));
  const stored = await (issued ? storeOrRecordLate(deps, held, entry, issued, store) : store());
  return {
    outcome: "failed",
    record: stored ?? (await deps.store.read(connection, signal)),
    problem: new VendingError(code, detail),
  };
}

function countFailure({ metrics }: Dependencies, code: ProblemCode): void {
  metrics.record("IssueFailures", 1);
  if (faultOf(code) === "provider") metrics.record("DependencyFailures", 1, "provider");
  if (code === "credentials-rejected") metrics.record("CredentialsRejected", 1);
}

/** What is stored of a failed renewal, with the back-off until the next. */
export function failureAfter(
  deps: Dependencies,
  { failure: before }: TokenRecord,
  { code, detail, retryAfterMs }: Pick<FailedRequest, "code" | "detail" | "retryAfterMs">,
  secretVersion: string | null,
  at: Date,
): Failure {
  const count = (before?.count ?? 0) + 1;
  const retryAt = backOffUntil(at, count, retryAfterMs, deps.random());
  // After a failure of another kind, refused credentials stay refused.
  const refusedSecretVersion = needsNewSecret(code)
    ? secretVersion
    : (before?.refusedSecretVersion ?? null);
  return {
    code,
    detail,
    at,
    count,
    retryAt,
    // An attempt that failed before reading the secret tells nothing about its version.
    secretVersion: secretVersion ?? before?.secretVersion ?? null,
    refusedSecretVersion,
  };
}

const refreshWasLost =
  "The answer to an earlier refresh was lost, and the provider has replaced the refresh token since.";
