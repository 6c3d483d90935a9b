import type { Clock } from "../model/clock.ts";
import { msBetween, plusMs, stopwatch } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import { boundRecord } from "../model/record-bounds.ts";
import type { Lease, TokenRecord } from "../model/token-record.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { Item } from "./attributes.ts";
import { readRecord } from "./read-record.ts";

const maxEntries = 1000;
const reportEveryMs = 60_000;
/** Within this time an older record may be the answer to an earlier request, which a later one has overtaken. */
const maxRequestMs = 5000;

/** A record as this process has read it last. */
type Sighting = Pick<TokenRecord, "fence" | "version"> & { readonly ageMs: () => number };

/**
 * Parses items and bounds their instants (model/record-bounds.ts). Logs and counts damage, once a minute for each
 * connection, and records that are older than what was read before.
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
  /** The prefix of this process's lease owners. */
  readonly process: string;
}): (item: Item) => TokenRecord {
  /** Counted from when each lease was first seen, because the clock may be corrected meanwhile. */
  const leasesSeen = new LruCache<() => number>(maxEntries);
  const reportedAt = new LruCache<Date>(maxEntries);
  const latest = new LruCache<Sighting>(maxEntries);
  /** Of the record read last that has one: it stands in where a connection was never renewed. */
  let lastRenewalMs: number | null = null;

  const firstSeenAt = (now: Date) => (lease: Lease) => {
    const countdown = leasesSeen.get(lease.owner) ?? clock.countdown(0);
    leasesSeen.set(lease.owner, countdown);
    return plusMs(now, countdown());
  };

  function report({ connection, damage }: TokenRecord, now: Date): void {
    const lastAt = reportedAt.get(connection);
    if (lastAt && Math.abs(msBetween(lastAt, now)) < reportEveryMs) return;
    reportedAt.set(connection, now);
    log.error("record-damaged", { connection, damage });
    metrics?.record("DamagedRecords", 1);
  }

  /** Fences and versions only grow: a smaller one shows that an old row was put back, or a row deleted. It is still used. */
  function reportIfOlder({ connection, fence, version }: TokenRecord): void {
    const before = latest.get(connection);
    const isOlder = before && (fence < before.fence || version < before.version);
    if (isOlder && before.ageMs() < maxRequestMs) return;
    latest.set(connection, { fence, version, ageMs: stopwatch(clock) });
    if (!isOlder) return;
    const had = { fenceBefore: before.fence, versionBefore: before.version };
    log.error("record-went-back", { connection, fence, version, ...had });
    metrics?.record("DamagedRecords", 1);
  }

  return (item) => {
    const now = clock.now();
    const reader = { now, process, firstSeenAt: firstSeenAt(now) };
    const record = boundRecord(readRecord(item), reader);
    if (record.damage.length > 0) report(record, now);
    else reportIfOlder(record);
    lastRenewalMs = record.typicalRenewalMs ?? lastRenewalMs;
    return { ...record, typicalRenewalMs: lastRenewalMs };
  };
}
