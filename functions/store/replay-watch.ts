import type { Clock } from "../model/clock.ts";
import { stopwatch } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { LruCache } from "../platform/lru-cache.ts";

const maxEntries = 1000;

/** Within this time an older record may be the answer to an earlier request, which a later one has overtaken. */
const maxRequestMs = 5000;

/** A record as this process has read it last. */
interface Sighting extends Pick<TokenRecord, "fence" | "version"> {
  readonly ageMs: () => number;
}

/**
 * Compares each record with the last one that this process has read. Fences and versions only grow; so a smaller one shows
 * that somebody has put an old row back, or deleted it. That is logged and counted; what is stored is still used, because
 * recovery puts rows back too.
 */
export function replayWatch({
  clock,
  log,
  metrics,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics | null;
}): (record: TokenRecord) => void {
  const latest = new LruCache<Sighting>(maxEntries);
  return ({ connection, fence, version, damage }) => {
    if (damage.length > 0) return;
    const before = latest.get(connection);
    const isOlder = before && (fence < before.fence || version < before.version);
    if (isOlder && before.ageMs() < maxRequestMs) return;
    latest.set(connection, { fence, version, ageMs: stopwatch(clock) });
    if (!isOlder) return;
    const had = { fenceBefore: before.fence, versionBefore: before.version };
    log.error("record-went-back", { connection, fence, version, ...had });
    metrics?.record("DamagedRecords", 1);
  };
}
