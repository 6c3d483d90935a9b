import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued } from "../../model/provider.ts";
import type { LedgerEntry } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";

/** The ledger's entry for one call to the provider. */
export function ledgerEntry(
  { record, lease }: HeldLease,
  at: Date,
  latencyMs: number | null,
  result: Pick<LedgerEntry, "fingerprint" | "outcome" | "version">,
): LedgerEntry {
  const { fence } = record;
  const { owner, reason } = lease;
  return { at, fence, owner, reason, latencyMs: latencyMs ?? 0, ...result };
}

/** Logs what the ledger entry says: log and ledger together prove what was issued (docs/operations.md). */
export function logIssue(
  { metrics, log }: Dependencies,
  connection: Connection,
  entry: LedgerEntry,
  { lifetime }: Issued,
): void {
  metrics.record("Issues", 1);
  log.info("token-issued", { connection, ...entry, lifetime: lifetime.kind });
}
