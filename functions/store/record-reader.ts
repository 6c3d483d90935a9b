import type { Clock } from "../model/clock.ts";
import { msBetween } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import { boundRecord } from "../model/record-bounds.ts";
import type { Lease, TokenRecord } from "../model/token-record.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { Item } from "./attributes.ts";
import { readRecord } from "./read-record.ts";

const maxRemembered = 1000;
const reportEveryMs = 60_000;

/**
 * Reads items as records in which nothing is impossible. Damage is logged and counted once a minute for each connection.
 */
export function recordReader({
  clock,
  log,
  metrics,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics | null;
}): (item: Item) => TokenRecord {
  const leasesSeenAt = new LruCache<Date>(maxRemembered);
  const reportedAt = new LruCache<Date>(maxRemembered);

  const firstSeenAt = (now: Date) => (lease: Lease) => {
    const seenAt = leasesSeenAt.get(lease.owner) ?? now;
    leasesSeenAt.set(lease.owner, seenAt);
    return seenAt;
  };

  function report({ connection, damage }: TokenRecord, now: Date): void {
    const lastAt = reportedAt.get(connection);
    if (lastAt && Math.abs(msBetween(lastAt, now)) < reportEveryMs) return;
    reportedAt.set(connection, now);
    log.error("record-damaged", { connection, damage });
    metrics?.record("DamagedRecords", 1);
  }

  return (item) => {
    const now = clock.now();
    const record = boundRecord(readRecord(item), now, firstSeenAt(now));
    if (record.damage.length > 0) report(record, now);
    return record;
  };
}
