import type { Clock } from "../model/clock.ts";
import { msBetween, plusMs, stopwatch } from "../model/clock.ts";
import type { Freeze } from "../model/freeze.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import { boundRecord } from "../model/record-bounds.ts";
import { realmFreezeMaxAgeMs } from "../model/time-limits.ts";
import type { Lease, TokenRecord } from "../model/token-record.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { Item } from "./attributes.ts";
import { readFreeze, readRecord } from "./read-record.ts";

const maxEntries = 1000;
const reportEveryMs = 60_000;
/** Within this time an older record may be the answer to an earlier request, which a later one has overtaken. */
const maxRequestMs = 5000;
const renewalsCompared = 5;

/** A record as this process has read it last. */
type Sighting = Pick<TokenRecord, "fence" | "version" | "frozen"> & {
  readonly ageMs: () => number;
};

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
  /** Of whichever connections: their median stands in where one was never renewed, so that a slow one changes nothing. */
  let lastRenewalsMs: readonly number[] = [];

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

  /** Counts each renewal once, however often it is read. */
  function learnFrom({ connection, version, typicalRenewalMs }: TokenRecord): void {
    const isNew = version > (latest.get(connection)?.version ?? 0);
    if (!isNew || typicalRenewalMs === null) return;
    lastRenewalsMs = [...lastRenewalsMs, typicalRenewalMs].slice(-renewalsCompared);
  }

  /** Fences and versions only grow: a smaller one shows that an old row was put back, or a row deleted. It is still used. */
  function reportIfOlder({ connection, fence, version, frozen }: TokenRecord): void {
    const before = latest.get(connection);
    const isOlder = before && (fence < before.fence || version < before.version);
    if (isOlder && before.ageMs() < maxRequestMs) return;
    latest.set(connection, { fence, version, frozen, ageMs: stopwatch(clock) });
    reportFreeze(log, { connection }, before?.frozen ?? null, frozen);
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
    else {
      learnFrom(record);
      reportIfOlder(record);
    }
    return { ...record, typicalRenewalMs: record.typicalRenewalMs ?? medianOf(lastRenewalsMs) };
  };
}

/** The smaller one of two: the first renewal of a process loads its code. */
function medianOf(numbers: readonly number[]): number | null {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}

/** Tells once for each process that a freeze has reached it, or is over. */
function reportFreeze(
  log: Log,
  of: { readonly connection: string } | { readonly realm: string },
  before: Freeze | null,
  now: Freeze | null,
): void {
  if (before?.at.getTime() === now?.at.getTime()) return;
  if (now) log.warn("frozen", { ...of, by: now.by, at: now.at, reason: now.reason });
  else log.info("thawed", of);
}

/** What one process has read of its realm's freeze. */
export interface RealmFreezeCache {
  /** As it was read last. */
  latest(): Freeze | null;
  /** Whether it was read in the last seconds. */
  isFresh(): boolean;
  /** To be called before it is read; the function that it returns, with the realm's row. */
  beginReading(): (row: Item | null) => void;
}

/** The age counts from when a reading began. A later reading counts, in whatever order the answers come. */
export function realmFreezeCache(clock: Clock, log: Log): RealmFreezeCache {
  let known: { readonly freeze: Freeze | null; readonly ageMs: () => number } | null = null;
  return {
    latest: () => known?.freeze ?? null,
    isFresh: () => known !== null && known.ageMs() < realmFreezeMaxAgeMs,
    beginReading() {
      const ageMs = stopwatch(clock);
      return (row) => {
        if (known && known.ageMs() < ageMs()) return;
        const freeze = row && readFreeze(row, "realm");
        const realm = row?.["pk"]?.S ?? "";
        reportFreeze(
          log,
          { realm: realm.replace(/\/~freeze$/, "") },
          known?.freeze ?? null,
          freeze,
        );
        known = { freeze, ageMs };
      };
    },
  };
}
