import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued } from "../../model/provider.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { LedgerEntry, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { logIssue } from "./ledger.ts";

const maxAttempts = 3;
const timeoutMs = 1000;

/**
 * A holder whose lease ended before its token was stored has a token that nobody may use. It is never dropped silently;
 * and where a new token ends the old, or the refresh token, one issued after the successor's has killed the successor's,
 * which becomes suspect. Never fails: the log has the evidence where the store cannot take it.
 */
export async function recordLateIssue(
  deps: Dependencies,
  held: HeldLease,
  latest: LedgerEntry,
  issued: Issued,
): Promise<void> {
  const { connection, fence } = held.record;
  const entry: LedgerEntry = { ...latest, outcome: "late" };
  const signal = deps.clock.timeout(timeoutMs, new AbortController().signal);
  let isRecorded = false;
  for (let attempt = 0; attempt < maxAttempts && !isRecorded; attempt += 1) {
    const current = await deps.store.read(connection, signal).catch(() => null);
    // Only the answer of the commit was lost.
    if (current && isStored(current, fence)) return logIssue(deps, connection, latest, issued);
    const suspect = hasRevokedStoredToken(deps, current, issued);
    if (attempt === 0) deps.metrics.record("LateIssues", 1);
    deps.log.error("late-issue", { connection, ...entry, suspect });
    if (!current) return;
    const recording = deps.store.recordLateIssue(current, entry, suspect, signal);
    isRecorded = await recording.catch(() => true);
  }
}

/** Also when others have renewed since: the ledger remembers. */
function isStored({ token, ledger }: TokenRecord, fence: number): boolean {
  const isIssued = (entry: LedgerEntry) => entry.fence === fence && entry.outcome === "issued";
  return token?.fence === fence || ledger.some(isIssued);
}

function hasRevokedStoredToken(
  deps: Dependencies,
  current: TokenRecord | null,
  issued: Issued,
): boolean {
  const token = current?.token;
  if (!token || !isLossPossible(deps.provider.policy)) return false;
  return issued.receivedAt >= token.requestedAt;
}
