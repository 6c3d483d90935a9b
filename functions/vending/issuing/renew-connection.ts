import { leaseMs } from "../../model/call-limits.ts";
import { plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { CodeCredential } from "../../model/consent.ts";
import type { Deadline } from "../../model/deadline.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { RenewalReason, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { doubtAfter } from "./abandoned-lease.ts";
import { commitToken, confirmKey } from "./commit-token.ts";
import { recordFailure } from "./record-failure.ts";
import type { Renewal } from "./renewal.ts";
import type { RenewalAttempt } from "./request-token.ts";
import { readSecret, requestToken, SealingFailed, UnusableSecret } from "./request-token.ts";

/**
 * Takes the lease if nothing has changed since `seen`, calls the provider once, and stores its answer, whatever it is.
 * With `code` it redeems a new consent instead of renewing. A failed attempt is recorded for every process. Throws when
 * the store fails (whoever takes over the lease then treats the outcome as unknown) or when the connection has no secret.
 */
export async function renewConnection(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  deadline: Deadline,
  code: CodeCredential | null = null,
): Promise<Renewal> {
  const { signal } = deadline;
  // Nothing is written for a connection that may not exist.
  const firstSecret = seen ? null : await readSecret(deps, connection, null, signal);
  const taken = await takeLease(deps, connection, seen, reason, deadline);
  if (!taken.held) return { outcome: "lost", record: taken.record };
  const { held } = taken;
  let attempt: RenewalAttempt;
  try {
    attempt = await requestToken(deps, held, firstSecret, code, signal);
  } catch (error) {
    return recordUncalled(deps, held, error, signal);
  }
  const { result } = attempt;
  switch (result.kind) {
    case "unchanged":
      return confirmKey(deps, held, signal);
    case "issued":
      return commitToken(deps, held, attempt, result, deadline);
    case "not-issued":
      return recordFailure(deps, held, attempt, result, signal);
  }
}

/**
 * Takes the lease and writes with it what a successor must know if the holder vanishes. Fails when the deadline comes
 * before the end of the lease.
 */
export async function takeLease(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  deadline: Deadline,
): ReturnType<Dependencies["store"]["takeLease"]> {
  const since = deps.clock.now();
  const until = plusMs(since, leaseMs(deps.limits));
  if (until > deadline.at) throw noTimeToFinish(since, until, deadline);
  const lease = { owner: deps.newOwner(), since, until, reason };
  const doubtedAt = doubtAfter(deps, seen);
  return deps.store.takeLease(connection, seen, { lease, doubtedAt }, deadline.signal);
}

function noTimeToFinish(since: Date, until: Date, { at }: Deadline): VendingError {
  const needed = Number(until) - Number(since);
  const left = Math.max(0, Number(at) - Number(since));
  const detail = `A renewal may take ${needed} ms and ${left} ms remain; give the caller more time.`;
  return new VendingError("renewal-in-progress", detail, 1);
}

/** Records a failure that came before the provider was called. */
async function recordUncalled(
  deps: Dependencies,
  held: HeldLease,
  error: unknown,
  signal: AbortSignal,
): Promise<Renewal> {
  if (!(error instanceof VendingError) || hasTableFailed(error)) throw error;
  const secretVersion = error instanceof UnusableSecret ? error.secretVersion : null;
  const { revocationScope } = held.record;
  const attempt = { revocationScope, secretVersion, latencyMs: null };
  const { code, message: detail } = error;
  const failed = { code, detail, mayHaveIssued: false, retryAfterMs: null };
  return recordFailure(deps, held, attempt, failed, signal);
}

function hasTableFailed(error: VendingError): boolean {
  return error.code === "store-unavailable" && !(error instanceof SealingFailed);
}
