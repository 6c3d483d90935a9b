import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { Issued } from "../model/provider.ts";
import type { LedgerEntry } from "../model/token-record.ts";

/** The issue's line in the log, beside its entry in the ledger: together they prove what was asked for (docs/operations.md). */
export function reportIssue(
  { metrics, log }: Dependencies,
  connection: Connection,
  latest: LedgerEntry,
  { lifetime }: Issued,
): void {
  metrics.record("Issues", 1);
  log.info("token-issued", { connection, ...latest, lifetime: lifetime.kind });
}
