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
  process,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics | null;
  /** How its leases' owners begin. */
  readonly process: string;
}): (item: Item) => TokenRecord {
  const leasesSeenAt = new LruCache<Date>(maxRemembered);
  const reportedAt = new LruCache<Date>(maxRemembered);

  const firstSeenAt = (now: Date) => (lease: Lease) => {
    const before = leasesSeenAt.get(lease.owner);
    // A clock that went back has seen nothing yet.
    const seenAt = before && before <= now ? before : now;
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
    const reader = { now, process, firstSeenAt: firstSeenAt(now) };
    const record = boundRecord(readRecord(item), reader);
    if (record.damage.length > 0) report(record, now);
    return record;
  };
}
