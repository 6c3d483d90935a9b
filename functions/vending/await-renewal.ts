import { msBetween, plusMs, secondsUntil } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { Lease, TokenRecord } from "../model/token-record.ts";
import type { Decision } from "./decision/decision.ts";
import { abandonedAt, isLeaseAlive } from "./decision/usable-token.ts";

const assumedRenewalMs = 100;
const firstCheckMs = 500;
/** What a look that comes too early costs. */
export const minPauseMs = 20;
const maxPauseMs = 500;
/** A caller waits inside its invocation for an instant that is no further away; for a later one, it asks again. */
const maxKnownWaitMs = 2000;
/** … and for another process's renewal until so long after it should be over, beginning with a renewal never seen. */
const maxOverdueMs = 2000;
const unseenRenewalMs = 1000;

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
  // A lease is granted only if nobody has written since, so an old record does no harm.
  return isLeading ? record : deps.store.read(connection, deadline.signal);
}

/**
 * Whether this process has stored the current token. At a handover it renews at once and without a read: besides the
 * schedule, at most one process does (docs/decisions/0039-who-leads.md).
 */
function hasStored({ processName }: Dependencies, record: TokenRecord | null): boolean {
  return record?.token?.committedBy?.startsWith(`${processName}.`) ?? false;
}

/**
 * Why a caller should not wait now, but ask again later: the instant is known and not soon, or the other process's renewal
 * takes so much longer than usual that waiting is not likely to help. Null: it should wait
 * (docs/decisions/0041-bounded-waiting.md).
 */
export function waitTooLong(
  wait: Wait,
  record: TokenRecord | null,
  now: Date,
): VendingError | null {
  const isSoon = msBetween(now, knownEnd(wait)) <= maxKnownWaitMs;
  const isLikelySoon = wait.action === "await-renewal" && now < overdueAt(wait.lease, record);
  return isSoon || isLikelySoon ? null : deadlineExceeded(wait, now);
}

/** When the wait is over in any case. */
function knownEnd(wait: Wait): Date {
  return wait.action === "await-handover" ? wait.until : abandonedAt(wait.lease);
}

function overdueAt({ since }: Lease, record: TokenRecord | null): Date {
  return plusMs(since, (record?.typicalRenewalMs ?? unseenRenewalMs) + maxOverdueMs);
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
  const typicalMs = record?.typicalRenewalMs ?? assumedRenewalMs;
  // Not all at the same moment.
  const late = 1 + random / 20;
  if (wait.action === "await-handover") {
    // Perhaps nobody leads: then the first to read renews.
    return plusMs(wait.until, Math.min(firstCheckMs, typicalMs) * late);
  }
  // A date has whole milliseconds: less would be cut off, and the next read be now.
  const predictedMs = Math.ceil(typicalMs * late);
  const { lease } = wait;
  const waitedMs = Math.max(0, msBetween(lease.since, now));
  const checkMs =
    firstCheckMs * 2 ** Math.max(0, Math.floor(Math.log2(waitedMs / firstCheckMs)) + 1);
  const pauseMs = Math.min(maxPauseMs, Math.max(minPauseMs, waitedMs * (0.08 + random / 25)));
  const nextMs = waitedMs < predictedMs ? Math.min(predictedMs, checkMs) : waitedMs + pauseMs;
  return new Date(Math.min(Number(plusMs(lease.since, nextMs)), Number(knownEnd(wait))));
}

function deadlineExceeded(wait: Wait, now: Date): VendingError {
  const seconds = secondsUntil(knownEnd(wait), now);
  if (wait.action === "await-renewal") {
    const detail = "Another process is renewing this connection and may not finish in time.";
    return new VendingError("renewal-in-progress", detail, seconds);
  }
  return wait.reason === "validity"
    ? new VendingError(
        "validity-unavailable",
        `This provider's token may not be renewed before its handover, in ${seconds} s.`,
        seconds,
      )
    : new VendingError(
        "renewal-in-progress",
        `The next token may be requested in ${seconds} s.`,
        seconds,
      );
}
