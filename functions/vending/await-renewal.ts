import { maxClockSkewMs, msBetween, plusMs, secondsUntil } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { Lease, TokenRecord } from "../model/token-record.ts";
import type { Decision } from "./decision/decision.ts";
import { isLeaseAlive } from "./decision/usable-token.ts";

const assumedRenewalMs = 100;
const firstCheckMs = 500;
const minPauseMs = 10;
const maxPauseMs = 500;
/** Spreads the callers that wait for the same handover. */
const handoverJitterMs = 20;

export type Wait = Extract<Decision, { action: "await-renewal" | "await-handover" }>;

/**
 * Waits for another process's renewal, or until a renewal may begin, and reads the record again. Fails at once with
 * `renewal-in-progress` or `validity-unavailable` when the deadline comes first.
 */
export async function awaitRenewal(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  wait: Wait,
  deadline: Deadline,
): Promise<TokenRecord | null> {
  const now = deps.clock.now();
  const readAt =
    wait.action === "await-handover"
      ? plusMs(wait.until, deps.random() * handoverJitterMs)
      : nextReadAt(wait.lease, record?.typicalRenewalMs ?? null, now, deps.random());
  const pauseMs = msBetween(now, readAt);
  if (pauseMs >= deadline.msLeft()) throw deadlineExceeded(wait, now);
  await deps.clock.sleep(pauseMs, deadline.signal);
  return deps.store.read(connection, deadline.signal);
}

/** Waits until no process holds the connection's lease, and returns the record. Fails with `renewal-in-progress` at the deadline. */
export async function awaitFreeLease(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  deadline: Deadline,
): Promise<TokenRecord | null> {
  let record = seen;
  while (record?.lease && isLeaseAlive(record, deps.clock.now())) {
    const wait = { action: "await-renewal", reason: "lease-held", lease: record.lease } as const;
    record = await awaitRenewal(deps, connection, record, wait, deadline);
  }
  return record;
}

/**
 * When a process without the lease reads the record again: first when the holder should have finished, judged by earlier
 * renewals; then repeatedly after another 8 to 12 % of the time waited, so that the lag stays small compared with the
 * wait. During a long predicted wait it also reads after half a second, one, two and four, because renewals may have
 * become faster. Never after the end of the lease.
 */
export function nextReadAt(
  lease: Lease,
  typicalRenewalMs: number | null,
  now: Date,
  random: number,
): Date {
  const waitedMs = Math.max(0, msBetween(lease.since, now));
  const predictedMs = (typicalRenewalMs ?? assumedRenewalMs) * (1 + random / 10);
  const checkMs =
    firstCheckMs * 2 ** Math.max(0, Math.floor(Math.log2(waitedMs / firstCheckMs)) + 1);
  const pauseMs = Math.min(maxPauseMs, Math.max(minPauseMs, waitedMs * (0.08 + random / 25)));
  const nextMs = waitedMs < predictedMs ? Math.min(predictedMs, checkMs) : waitedMs + pauseMs;
  const leaseEnd = plusMs(lease.until, maxClockSkewMs);
  return new Date(Math.min(Number(plusMs(lease.since, nextMs)), Number(leaseEnd)));
}

function deadlineExceeded(wait: Wait, now: Date): VendingError {
  if (wait.action === "await-renewal") {
    const seconds = secondsUntil(wait.lease.until, now);
    const detail = "Another process is renewing this connection and may not finish in time.";
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
        `The next token may be requested in ${seconds} s, after this caller's deadline.`,
        seconds,
      );
}
