import type { Connection } from "../../model/connection.ts";
import type { CodeCredential } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Issued } from "../../model/provider.ts";
import type { Deadline } from "../../model/time-limits.ts";
import type { RenewalReason, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { commitToken, confirmKey } from "./commit-token.ts";
import type { Renewal } from "./lease.ts";
import { takeLease } from "./lease.ts";
import { recordFailure } from "./record-failure.ts";
import type { RenewalAttempt } from "./request-token.ts";
import { prepare, requestToken, SealingFailed, UnusableSecret } from "./request-token.ts";

/** A renewal, and the version of the secret that was read for it; null when none was. */
type RenewalWithSecret = Renewal & { readonly secretVersion: string | null };

/** A new consent's code. */
export interface Redemption {
  readonly code: CodeCredential;
  /** What is done with its token instead of storing it; null to store it. */
  refuse(
    held: HeldLease,
    attempt: RenewalAttempt,
    issued: Issued,
    signal: AbortSignal,
  ): Promise<Renewal | null>;
}

/**
 * Takes the lease if the record has not changed since `seen`, calls the provider once, and stores its answer or failure.
 * With `redemption` it redeems a new consent. Throws when the connection has no secret, and when the store fails: the process
 * that takes over the lease then treats the outcome as unknown.
 */
export async function renewConnection(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  deadline: Deadline,
  redemption: Redemption | null = null,
): Promise<RenewalWithSecret> {
  const { signal } = deadline;
  const preparations = prepare(deps, connection, seen, signal);
  // Nothing is written for a connection without a secret.
  if (!seen) await preparations.secret;
  const taken = await takeLease(deps, connection, seen, reason, deadline);
  if (!taken.held) return { outcome: "lost", record: taken.record, secretVersion: null };
  const { held } = taken;
  let attempt: RenewalAttempt;
  try {
    const code = redemption?.code ?? null;
    attempt = await requestToken(deps, held, preparations, code, signal);
  } catch (error) {
    return recordUncalled(deps, held, error, signal);
  }
  const { secretVersion } = attempt;
  return { ...(await store(deps, held, attempt, redemption, deadline)), secretVersion };
}

async function store(
  deps: Dependencies,
  held: HeldLease,
  attempt: RenewalAttempt,
  redemption: Redemption | null,
  deadline: Deadline,
): Promise<Renewal> {
  const { result } = attempt;
  switch (result.kind) {
    case "unchanged":
      return confirmKey(deps, held, deadline.signal);
    case "issued": {
      const refused =
        redemption && (await redemption.refuse(held, attempt, result, deadline.signal));
      return refused ?? commitToken(deps, held, attempt, result, deadline);
    }
    case "not-issued":
      return recordFailure(deps, held, attempt, result, deadline.signal);
  }
}

/** Records a failure that happened before the provider was called. */
async function recordUncalled(
  deps: Dependencies,
  held: HeldLease,
  error: unknown,
  signal: AbortSignal,
): Promise<RenewalWithSecret> {
  if (!(error instanceof VendingError) || hasTableFailed(error)) throw error;
  const isVersionKnown = error instanceof UnusableSecret || error instanceof SealingFailed;
  const secretVersion = isVersionKnown ? error.secretVersion : null;
  const { revocationScope } = held.record;
  const attempt = { revocationScope, secretVersion, latencyMs: null };
  const { code, message: detail } = error;
  const failed = { code, detail, mayHaveIssued: false, retryAfterMs: null };
  return { ...(await recordFailure(deps, held, attempt, failed, signal)), secretVersion };
}

function hasTableFailed(error: VendingError): boolean {
  return error.code === "store-unavailable" && !(error instanceof SealingFailed);
}
