import type { LedgerEntry } from "../model/token-record.ts";
import type { HeldLease } from "../model/token-store.ts";
import { recentRejections } from "./contested.ts";

/** The record stays under 4 KB: older entries are in the log only. */
const longest = 4;

/** The ledger after one more attempt; attempts that called nobody are not entered. */
export function ledgerWith(
  { record, lease }: HeldLease,
  at: Date,
  latencyMs: number | null,
  result: Pick<LedgerEntry, "fingerprint" | "outcome"> & { readonly version?: number },
): { readonly latest: LedgerEntry; readonly ledger: readonly LedgerEntry[] } {
  const latest = {
    at,
    fence: record.fence,
    version: record.version,
    reason: lease.reason,
    latencyMs: latencyMs ?? 0,
    ...result,
  };
  if (latencyMs === null) return { latest, ledger: record.ledger };
  return { latest, ledger: [...record.ledger, latest].slice(-longest) };
}

/** The rejections that count, this lease's among them if one caused it and the provider was called. */
export function rejectionsWith(
  { record, lease }: HeldLease,
  at: Date,
  latencyMs: number | null,
): readonly Date[] {
  const recent = recentRejections(record.rejectionsAt, at);
  return lease.reason === "rejected" && latencyMs !== null ? [...recent, at] : recent;
}
