import type { CodeAuthority } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { HeldLease } from "../model/token-store.ts";
import type { Attempt } from "./issuing/request-token.ts";
import { attemptIssue, SealingFailed, UnusableSecret } from "./issuing/request-token.ts";
import type { Call } from "../model/deadline.ts";
import { commitToken } from "./issuing/commit-token.ts";
import { confirmKey } from "./confirm-key.ts";
import { recordFailure } from "./issuing/record-failure.ts";
import type { Renewal } from "./renewal.ts";

/**
 * What the holder of a lease does with it: ask, then store the answer, whatever it is. Nothing is vended that was not
 * stored. Fails when the store does; the lease then stays, and whoever takes it over treats the outcome as unknown.
 */
export async function issueUnderLease(
  deps: Dependencies,
  held: HeldLease,
  call: Call,
  code: CodeAuthority | null,
): Promise<Renewal> {
  const { signal } = call;
  let attempt: Attempt;
  try {
    attempt = await attemptIssue(deps, held, signal, code);
  } catch (error) {
    return recordUncalled(deps, held, error, signal);
  }
  const { result } = attempt;
  switch (result.kind) {
    case "unchanged":
      return confirmKey(deps, held, signal);
    case "issued":
      return commitToken(deps, held, attempt, result, call);
    case "not-issued":
      return recordFailure(deps, held, attempt, result, signal);
  }
}

/** Something failed before the provider was called. */
async function recordUncalled(
  deps: Dependencies,
  held: HeldLease,
  error: unknown,
  signal: AbortSignal,
): Promise<Renewal> {
  if (!(error instanceof VendingError) || hasTableFailed(error)) throw error;
  const { record } = held;
  if (error.code === "unknown-connection" && record.version === 0) {
    await deps.store.forget(held, signal);
    throw error;
  }
  const secretVersion = error instanceof UnusableSecret ? error.secretVersion : null;
  const attempt = { scope: record.scope, secretVersion, latencyMs: null };
  const failed = {
    code: error.code,
    detail: error.message,
    mayHaveIssued: false,
    retryAfterMs: null,
  };
  return recordFailure(deps, held, attempt, failed, signal);
}

function hasTableFailed(error: VendingError): boolean {
  return error.code === "store-unavailable" && !(error instanceof SealingFailed);
}
