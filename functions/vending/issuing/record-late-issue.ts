import { later, maxClockSkewMs, plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued } from "../../model/provider.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { LedgerEntry, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { logIssue } from "./report-issue.ts";

const maxAttempts = 3;
const timeoutMs = 1000;

/**
 * Records a token that was issued but not named before its lease ended. Nobody may use it. Where a new token revokes the
 * old (or replaces the refresh token), all tokens requested before it are in doubt. Never fails: if the store is
 * unavailable, the log still has the evidence.
 */
export async function recordLateIssue(
  deps: Dependencies,
  { record: { connection } }: HeldLease,
  entry: LedgerEntry,
  issued: Issued,
): Promise<void> {
  const late: LedgerEntry = { ...entry, outcome: "late" };
  const signal = deps.clock.timeout(timeoutMs, new AbortController().signal);
  let isRecorded = false;
  for (let attempt = 0; attempt < maxAttempts && !isRecorded; attempt += 1) {
    const current = await deps.store.read(connection, signal).catch(() => null);
    // The write had succeeded, and only its answer was lost.
    if (current && isNamed(current, entry)) return logNamed(deps, connection, entry, issued);
    const doubtedAt = doubtAfterLateIssue(deps, current, issued);
    if (attempt === 0) deps.metrics.record("LateIssues", 1);
    deps.log.error("late-issue", { connection, ...late, doubtedAt });
    if (!current) return;
    const recording = deps.store.recordLateIssue(current, late, doubtedAt, signal);
    isRecorded = await recording.catch(() => true);
  }
}

function logNamed(deps: Dependencies, connection: Connection, entry: LedgerEntry, issued: Issued) {
  if (entry.outcome === "issued") logIssue(deps, connection, entry, issued);
}

/** Looks into the ledger too, because other processes may have renewed since. */
function isNamed({ token, ledger }: TokenRecord, { owner }: LedgerEntry): boolean {
  const isIt = (entry: LedgerEntry) => entry.owner === owner && entry.outcome !== "late";
  return token?.committedBy === owner || ledger.some(isIt);
}

/** The provider issued the late token at `receivedAt` at the latest, on this process's clock. */
function doubtAfterLateIssue(
  { provider }: Dependencies,
  current: TokenRecord | null,
  { receivedAt }: Issued,
): Date | null {
  const doubtedAt = current?.doubtedAt ?? null;
  if (!isLossPossible(provider.policy)) return doubtedAt;
  return later(doubtedAt, plusMs(receivedAt, maxClockSkewMs));
}
