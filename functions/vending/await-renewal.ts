import { maxClockSkewMs, msBetween, plusMs, secondsUntil } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Lease, TokenRecord } from "../model/token-record.ts";
import type { Call } from "../model/deadline.ts";
import type { Decision } from "./decision/decide.ts";

const guessedIssueMs = 100;
const shortestPauseMs = 10;
const longestPauseMs = 500;
/** Callers that wake at the same handover are spread over this long. */
const handoverSpreadMs = 20;

type Wait = Extract<Decision, { action: "await-renewal" | "await-handover" }>;

/**
 * Waits for someone else's renewal, or for the instant at which a renewal may begin, and says what the record holds
 * then. Fails at once when the caller's deadline comes first.
 */
export async function awaitRenewal(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  wait: Wait,
  call: Call,
): Promise<TokenRecord | null> {
  const now = deps.clock.now();
  const next =
    wait.action === "await-handover"
      ? plusMs(wait.until, deps.random() * handoverSpreadMs)
      : nextLookAt(wait.lease, record?.typicalIssueMs ?? null, now, deps.random());
  if (next >= call.deadlineAt) throw tooLate(wait, now);
  await deps.clock.sleep(msBetween(now, next), call.signal);
  return deps.store.read(connection, call.signal);
}

/**
 * When a loser of the lease looks again: first at the finish that this connection's own history predicts, then every
 * 8 to 12 % of the time waited, so that the lag stays small beside the wait; never later than the lease's end.
 */
export function nextLookAt(
  lease: Lease,
  typicalIssueMs: number | null,
  now: Date,
  random: number,
): Date {
  const leaseEnd = plusMs(lease.until, maxClockSkewMs);
  const predicted = plusMs(lease.since, (typicalIssueMs ?? guessedIssueMs) * (1 + random / 10));
  const waitedMs = Math.max(0, msBetween(lease.since, now));
  const pauseMs = waitedMs * (0.08 + random / 25);
  const next =
    now < predicted
      ? predicted
      : plusMs(now, Math.min(longestPauseMs, Math.max(shortestPauseMs, pauseMs)));
  return new Date(Math.min(Number(next), Number(leaseEnd)));
}

function tooLate(wait: Wait, now: Date): VendingError {
  if (wait.action === "await-renewal") {
    const seconds = secondsUntil(wait.lease.until, now);
    const detail = "Another process is renewing this connection and will not finish in time.";
    return new VendingError("renewal-in-progress", detail, seconds);
  }
  const seconds = secondsUntil(wait.until, now);
  return wait.reason === "validity"
    ? new VendingError(
        "validity-unavailable",
        `This provider's token may not be renewed before its handover, in ${seconds} s.`,
        seconds,
      )
    : new VendingError(
        "renewal-in-progress",
        `The next token may be asked for in ${seconds} s, after this caller's deadline.`,
        seconds,
      );
}
