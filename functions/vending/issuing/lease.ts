import { later, msBetween, plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Issued } from "../../model/provider.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { CallLimits, Deadline } from "../../model/time-limits.ts";
import { commitReserveMs, secretReserveMs } from "../../model/time-limits.ts";
import type { Lease, LedgerEntry, RenewalReason, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { recordLateIssue } from "./record-late-issue.ts";

/** How long a lease lasts: long enough for everything that its holder does under it. */
export function leaseMs(limits: CallLimits): number {
  return secretReserveMs + limits.deadlineMs + commitReserveMs;
}

/**
 * Takes the lease and writes with it what a successor must know if the holder crashes. Fails with `renewal-in-progress`
 * when the deadline comes before the end of the lease.
 */
export async function takeLease(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  deadline: Deadline,
): ReturnType<Dependencies["store"]["takeLease"]> {
  const lastsMs = leaseMs(deps.limits);
  const leftMs = deadline.msLeft();
  if (lastsMs > leftMs) throw noTimeToFinish(lastsMs, leftMs);
  const since = deps.clock.now();
  const until = plusMs(since, lastsMs);
  const lease = { owner: deps.newOwner(), since, until, reason };
  const doubtedAt = doubtAfter(deps, seen);
  return deps.store.takeLease(connection, seen, { lease, doubtedAt }, deadline.signal);
}

/** After an abandoned lease, the outcome of its holder's request is unknown. */
export function doubtAfter({ provider }: Dependencies, seen: TokenRecord | null): Date | null {
  const { lease, token, doubtedAt = null } = seen ?? {};
  // Redeeming an authorization code uses up nothing that is stored.
  const mayBeLost = lease && lease.reason !== "consent" && isLossPossible(provider.policy);
  return mayBeLost && token ? later(doubtedAt, token.issuedAt) : doubtedAt;
}

function noTimeToFinish(neededMs: number, leftMs: number): VendingError {
  const left = Math.max(0, Math.floor(leftMs));
  const detail = `A renewal may take ${neededMs} ms and ${left} ms remain; give the caller more time.`;
  return new VendingError("renewal-in-progress", detail, 1);
}

const firstPauseMs = 50;
/** So short that a fault of almost the whole lease loses nothing. */
const maxPauseMs = 400;

/**
 * Repeats the write that ends a lease until the store answers, because an issued token must not be lost to a transient
 * fault. When the lease ends first, fails as the last attempt did. One attempt is made even after the lease, by a clock that
 * has jumped: the store knows whether somebody has taken over.
 */
export async function retryUntilLeaseEnd<T>(
  deps: Dependencies,
  lease: Lease,
  parent: AbortSignal,
  write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const msLeft = msBetween(deps.clock.now(), lease.until);
  const signal = deps.clock.timeout(Math.max(msLeft, commitReserveMs), parent);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      return await write(signal);
    } catch (error) {
      if (plusMs(deps.clock.now(), pauseMs) >= lease.until) throw error;
      await deps.clock.sleep(pauseMs, signal).catch(() => {
        throw error;
      });
    }
  }
}

/**
 * Makes the write that ends the lease and names the issued token. If it fails, or another process has taken over (null), the
 * token is recorded as late: it is never dropped silently.
 */
export async function storeOrRecordLate(
  deps: Dependencies,
  held: HeldLease,
  entry: LedgerEntry,
  issued: Issued,
  store: () => Promise<TokenRecord | null>,
): Promise<TokenRecord | null> {
  let stored: TokenRecord | null = null;
  try {
    stored = await store();
  } finally {
    if (!stored) await recordLateIssue(deps, held, entry, issued);
  }
  return stored;
}

/** How a renewal ended, and the record at that moment. */
export type Renewal =
  /** The provider has issued a token or confirmed the stored key. */
  | { readonly outcome: "committed"; readonly record: TokenRecord }
  /** The stored key is still the secret's value; the provider was not called. */
  | { readonly outcome: "kept"; readonly record: TokenRecord }
  /** Another process has the lease. */
  | { readonly outcome: "lost"; readonly record: TokenRecord | null }
  | {
      readonly outcome: "failed";
      readonly record: TokenRecord | null;
      /** Why this attempt failed. */
      readonly problem: VendingError;
    };

/** Another process took over the lease before this one could store its token. */
export function overtaken(record: TokenRecord | null): Renewal {
  const detail = "Another process took over before the new token was stored.";
  return {
    outcome: "failed",
    record,
    problem: new VendingError("renewal-in-progress", detail, 1),
  };
}
