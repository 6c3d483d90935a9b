import type { Dependencies } from "../model/dependencies.ts";
import type { Issued } from "../model/provider.ts";
import { revokesOnIssue } from "../model/provider.ts";
import type { LedgerEntry, TokenRecord } from "../model/token-record.ts";
import type { HeldLease } from "../model/token-store.ts";

const tries = 3;

/**
 * A holder that was paused past its lease has a token that nobody may use. It is never dropped silently; and where a
 * new token revokes the old, one issued after the successor's has killed the successor's, which becomes suspect.
 */
export async function recordLateIssue(
  deps: Dependencies,
  { record: { connection } }: HeldLease,
  latest: LedgerEntry,
  issued: Issued,
  signal: AbortSignal,
): Promise<void> {
  const entry: LedgerEntry = { ...latest, outcome: "late" };
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const current = await deps.store.read(connection, signal);
    const suspect = current !== null && killed(deps, current, issued);
    deps.log.error("late-issue", { connection, ...entry, suspect });
    if (!current || (await deps.store.recordLateIssue(current, entry, suspect, signal))) return;
  }
}

function killed(deps: Dependencies, { token }: TokenRecord, issued: Issued): boolean {
  if (!token || !revokesOnIssue(deps.provider.policy)) return false;
  return issued.receivedAt >= token.requestedAt;
}
