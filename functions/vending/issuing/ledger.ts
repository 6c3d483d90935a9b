import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued } from "../../model/provider.ts";
import type { LedgerEntry } from "../../model/token-record.ts";
import { ledgerAfter } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";

/** The ledger after one more attempt. An attempt that did not call the provider is not entered. */
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

/** Logs what the ledger entry says: log and ledger together prove what was issued (docs/operations.md). */
export function logIssue(
  { metrics, log }: Dependencies,
  connection: Connection,
  latest: LedgerEntry,
  { lifetime }: Issued,
): void {
  metrics.record("Issues", 1);
  log.info("token-issued", { connection, ...latest, lifetime: lifetime.kind });
}
