import { plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { CodeAuthority } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import { isLossPossible } from "../../model/provider.ts";
import { leaseMs } from "../../model/call-limits.ts";
import type { RenewalReason, TokenRecord } from "../../model/token-record.ts";
import type { Call } from "../../model/deadline.ts";
import { recentRejections } from "../decision/circuit-breaker.ts";
import { issueUnderLease } from "../issue-under-lease.ts";
import type { Renewal } from "../renewal.ts";

/**
 * Takes the lease on what `seen` says and, holding it, renews, or exchanges the `code` of a new consent. A failed
 * attempt is recorded for everyone; only a store that fails, or a connection that has no secret, throws.
 */
export async function renewConnection(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  call: Call,
  code: CodeAuthority | null = null,
): Promise<Renewal> {
  const answer = await holdLease(deps, connection, seen, reason, call);
  if (!answer.held) return { outcome: "lost", record: answer.record };
  return issueUnderLease(deps, answer.held, call, code);
}

/**
 * Takes the lease, with all that a successor must know if its holder vanishes. Whoever cannot finish before its deadline
 * does not start.
 */
export async function holdLease(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  call: Call,
): ReturnType<Dependencies["store"]["takeLease"]> {
  const since = deps.clock.now();
  const until = plusMs(since, leaseMs(deps.timing));
  if (until > call.deadlineAt) throw noTimeToFinish(since, until, call);
  const lease = { owner: deps.newOwner(), since, until, reason };
  // A lease still there belongs to a holder that vanished: what became of its request is unknown.
  const mayBeLost = seen?.lease && isLossPossible(deps.provider.policy);
  // A code that was being exchanged has used up nothing that is held.
  const isDoubtful = mayBeLost && seen.lease?.reason !== "consent";
  const suspect = Boolean(isDoubtful) || (seen?.suspect ?? false);
  const recent = recentRejections(seen?.rejectionsAt ?? [], since);
  const rejectionsAt = reason === "rejected" ? [...recent, since] : recent;
  return deps.store.takeLease(connection, seen, { lease, suspect, rejectionsAt }, call.signal);
}

function noTimeToFinish(since: Date, until: Date, { deadlineAt }: Call): VendingError {
  const needed = Number(until) - Number(since);
  const left = Math.max(0, Number(deadlineAt) - Number(since));
  const detail = `A renewal may take ${needed} ms and ${left} ms remain; give the caller more time.`;
  return new VendingError("renewal-in-progress", detail, 1);
}
