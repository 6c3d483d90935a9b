import type { LedgerEntry } from "../../model/token-record.ts";
import { ledgerAfter } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";

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
  return { latest, ledger: ledgerAfter(record.ledger, latest) };
}
