import { msBetween } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Issued } from "../../model/provider.ts";
import type { LedgerEntry, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";

/** The ledger entry for one call to the provider. */
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

/** Logs and counts an issued token, with the fields of its ledger entry (docs/operations.md). */
export function logIssue(
  { metrics, log }: Dependencies,
  connection: Connection,
  entry: LedgerEntry,
  { lifetime }: Issued,
): void {
  metrics.record("Issues", 1);
  log.info("token-issued", { connection, ...entry, lifetime: lifetime.kind });
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const keyWarningDays = 30;
const consentWarningDays = 14;

/**
 * Records the days until a static key expires; without an expiry, those since it was adopted. Logs a warning in its last
 * 30 days, once an hour.
 */
export function warnOfKeyExpiry(
  deps: Dependencies,
  { connection, token }: TokenRecord,
  lastCheckAt: Date,
  now: Date,
): void {
  if (!token) return;
  const { expiresAt, issuedAt } = token;
  if (!expiresAt) {
    deps.metrics.record("KeyAgeDays", Math.max(0, msBetween(issuedAt, now)) / dayMs);
    return;
  }
  const days = msBetween(now, expiresAt) / dayMs;
  deps.metrics.record("KeyEndsInDays", days);
  const isFirstOfHour = periodOf(lastCheckAt, hourMs) !== periodOf(now, hourMs);
  if (days > keyWarningDays || !isFirstOfHour) return;
  deps.log.warn("key-expires-soon", { connection, expiresAt, days: Math.floor(days) });
}

/** Records the days until a person's consent ends. Logs a warning in its last 14 days, once a day. */
export function warnOfConsentEnd(
  deps: Dependencies,
  before: TokenRecord,
  { connection, consent }: TokenRecord,
  now: Date,
): void {
  const endsAt = consent?.refresh?.endsAt;
  if (!endsAt) return;
  const days = msBetween(now, endsAt) / dayMs;
  deps.metrics.record("ConsentEndsInDays", days);
  const lastRefreshAt = before.token?.issuedAt;
  const isFirstOfDay = !lastRefreshAt || periodOf(lastRefreshAt, dayMs) !== periodOf(now, dayMs);
  if (days >= consentWarningDays || !isFirstOfDay) return;
  deps.log.warn("consent-ends-soon", { connection, endsAt, days: Math.floor(days) });
}

function periodOf(instant: Date, periodMs: number): number {
  return Math.floor(instant.getTime() / periodMs);
}
