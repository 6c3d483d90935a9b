import { later, maxClockSkewMs, plusMs } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued } from "../../model/provider.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { LedgerEntry, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { logIssue } from "./report-issue.ts";

const maxAttempts = 3;
const timeoutMs = 1000;

/**
 * Records a token that was issued but not stored before its lease ended. Nobody may use it, but it is never dropped
 * silently. Where a new token revokes the old (or replaces the refresh token), all tokens requested before it are in
 * doubt. Never fails: if the store is unavailable, the log still has the evidence.
 */
export async function recordLateIssue(
  deps: Dependencies,
  { record: { connection }, lease: { owner } }: HeldLease,
  entry: LedgerEntry,
  issued: Issued,
): Promise<void> {
  const late: LedgerEntry = { ...entry, outcome: "late" };
  const signal = deps.clock.timeout(timeoutMs, new AbortController().signal);
  let isRecorded = false;
  for (let attempt = 0; attempt < maxAttempts && !isRecorded; attempt += 1) {
    const current = await deps.store.read(connection, signal).catch(() => null);
    // The commit had succeeded, and only its answer was lost.
    if (current && isStored(current, owner)) return logIssue(deps, connection, entry, issued);
    const doubtedAt = doubtAfterLateIssue(deps, current, issued);
    if (attempt === 0) deps.metrics.record("LateIssues", 1);
    deps.log.error("late-issue", { connection, ...late, doubtedAt });
    if (!current) return;
    const recording = deps.store.recordLateIssue(current, late, doubtedAt, signal);
    isRecorded = await recording.catch(() => true);
  }
}

/** Looks into the ledger too, because other processes may have renewed since. */
function isStored({ token, ledger }: TokenRecord, owner: string): boolean {
  const isIssued = (entry: LedgerEntry) => entry.owner === owner && entry.outcome === "issued";
  return token?.committedBy === owner || ledger.some(isIssued);
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
