import { maxClockSkewMs, msBetween, plusMs, secondsUntil } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Decision } from "./decision/decision.ts";
import { isLeaseAlive } from "./decision/usable-token.ts";

const assumedRenewalMs = 100;
const firstCheckMs = 500;
const minPauseMs = 20;
const maxPauseMs = 500;

export type Wait = Extract<Decision, { action: "await-renewal" | "await-handover" }>;

/**
 * Waits for another process's renewal, or until a renewal may begin, and returns the record as it is then. Fails at once
 * with `renewal-in-progress` or `validity-unavailable` when the deadline comes first.
 */
export async function awaitRenewal(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  wait: Wait,
  deadline: Deadline,
): Promise<TokenRecord | null> {
  const now = deps.clock.now();
  const isLeading = wait.action === "await-handover" && hasStored(deps, record);
  const pauseMs = msBetween(
    now,
    isLeading ? wait.until : nextReadAt(wait, record, now, deps.random()),
  );
  if (pauseMs >= deadline.msLeft()) throw deadlineExceeded(wait, now);
  await deps.clock.sleep(pauseMs, deadline.signal);
  // The lease is granted only if nobody has written since.
  return isLeading ? record : deps.store.read(connection, deadline.signal);
}

/**
 * At a handover, the process that stored the current token leads: it renews at once, on what it knows. Usually this is the
 * schedule. Else all that wait would write at the same moment.
 */
function hasStored({ processName }: Dependencies, record: TokenRecord | null): boolean {
  return record?.token?.committedBy?.startsWith(`${processName}.`) ?? false;
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
 * When a process that does not renew reads the record again: first when the renewal should be done, judged by earlier
 * ones; then repeatedly after another 8 to 12 % of the time waited, so that the lag stays small compared with the wait.
 * During a long predicted wait it also reads after half a second, one, two and four, because renewals may have become
 * faster. Never after the end of the lease.
 */
export function nextReadAt(
  wait: Wait,
  record: TokenRecord | null,
  now: Date,
  random: number,
): Date {
  const predictedMs = (record?.typicalRenewalMs ?? assumedRenewalMs) * (1 + random / 10);
  if (wait.action === "await-handover") {
    // Nobody may lead: then the first that looks renews.
    return plusMs(wait.until, Math.min(firstCheckMs, predictedMs));
  }
  const { lease } = wait;
  const waitedMs = Math.max(0, msBetween(lease.since, now));
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
