import type { Clock } from "../model/clock.ts";
import type { Connection, RealmId } from "../model/connection.ts";
import { realmOf } from "../model/connection.ts";
import type { StatusReader, StatusRecord } from "../model/connection-status.ts";
import type { Log } from "../model/log.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { Notices } from "../model/told.ts";
import type { WatchedRealm } from "./changes.ts";
import { nextNotice } from "./notices.ts";

/** DynamoDB's limit for one BatchGetItem. */
const pageSize = 100;
/** What a page takes at most: a query, a read with its retries, and its marks. */
const pageReserveMs = 10_000;

export interface NoticeDependencies {
  /** By name. */
  readonly realms: ReadonlyMap<string, RealmId & WatchedRealm>;
  readonly reader: Pick<StatusReader, "connectionsOf" | "read">;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NoticeSummary {
  /** How many connections were looked at, and of how many something was told. */
  readonly seen: number;
  readonly told: number;
  /** False: the time was up, and the next walk goes on here. */
  readonly isComplete: boolean;
}

/**
 * Walks over all connections and marks those of which people are to be told because time has passed: the table's stream then
 * carries the mark. A walk that runs out of time is continued by the next. Fails with `store-unavailable`.
 */
export async function giveNotices(
  deps: NoticeDependencies,
  { msLeft, signal }: Pick<Deadline, "msLeft" | "signal">,
): Promise<NoticeSummary> {
  const begunAfter = await deps.notices.position(signal);
  let [seen, told] = [0, 0];
  for await (const page of pagesFrom(deps, begunAfter, signal)) {
    const marks = await Promise.all(page.map((one) => mark(deps, one, signal)));
    seen += page.length;
    told += marks.filter(Boolean).length;
    const last = page.at(-1)?.connection;
    if (msLeft() >= pageReserveMs || last === undefined) continue;
    await deps.notices.savePosition(last, signal);
    deps.log.warn("notices-unfinished", { seen, last });
    return { seen, told, isComplete: false };
  }
  if (begunAfter !== null) await deps.notices.savePosition(null, signal);
  return { seen, told, isComplete: true };
}

/** The records of all connections, from after this one on, in the order of realms and accounts. */
async function* pagesFrom(
  { realms, reader }: NoticeDependencies,
  begunAfter: Connection | null,
  signal: AbortSignal,
): AsyncGenerator<readonly StatusRecord[]> {
  const first = begunAfter === null ? "" : realmOf(begunAfter);
  const left = [...realms].filter(([name]) => name >= first);
  for (const [name, realm] of left.sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* pagesOf(reader, realm, name === first ? begunAfter : null, signal);
  }
}

async function* pagesOf(
  reader: NoticeDependencies["reader"],
  realm: RealmId,
  begunAfter: Connection | null,
  signal: AbortSignal,
): AsyncGenerator<readonly StatusRecord[]> {
  let after = begunAfter;
  for (;;) {
    const page = await reader.connectionsOf(realm, after, pageSize, signal);
    const last = page.at(-1);
    if (last === undefined) return;
    yield await reader.read(page, signal);
    if (page.length < pageSize) return;
    after = last;
  }
}

async function mark(
  { realms, notices, clock }: NoticeDependencies,
  { connection, record, told }: StatusRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const realm = realms.get(realmOf(connection));
  if (!record || !realm) return false;
  const next = nextNotice({ record, told }, realm.policy, clock.now());
  return next !== null && (await notices.mark(connection, told, next, signal));
}
