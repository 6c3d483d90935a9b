import type { Matches } from "./filter-pattern.ts";

interface LogEvent {
  readonly id: number;
  readonly stream: string;
  readonly message: string;
  readonly timestamp: number;
  readonly ingestedAt: number;
  /** Readers do not see it before. */
  readonly visibleAt: number;
}

export interface LogQuery {
  readonly from: number;
  readonly to: number;
  readonly matches: Matches;
  /** Continues after this event. */
  readonly after: LogPosition | null;
  readonly limit: number;
}

/** Events are ordered by their time, then by their arrival. */
export interface LogPosition {
  readonly timestamp: number;
  readonly id: number;
}

interface LogPage {
  readonly events: readonly LogEvent[];
  /** Null when everything was read. */
  readonly next: LogPosition | null;
}

/** The events of the log groups of an account, in memory. */
export interface LogStore {
  createGroup(group: string): void;
  has(group: string): boolean;
  /** To a group that does not exist, nothing is written. `delayMs`: until readers see it, beyond the usual. */
  put(group: string, stream: string, message: string, delayMs?: number): void;
  read(group: string, query: LogQuery): LogPage;
}

/** The oldest events of a group are dropped above this. */
const maxEvents = 100_000;
/** A page ends after this many events were read, whether they match or not: as at AWS, it may be empty. */
const scannedPerPage = 500;

/** `visibleAfterMs`: how long an event takes until readers see it. */
export function logStore(visibleAfterMs: number, now: () => number): LogStore {
  const groups = new Map<string, LogEvent[]>();
  let lastId = 0;
  return {
    createGroup(group) {
      if (!groups.has(group)) groups.set(group, []);
    },
    has: (group) => groups.has(group),
    put(group, stream, message, delayMs = 0) {
      const events = groups.get(group);
      if (!events) return;
      lastId += 1;
      const timestamp = now();
      const visibleAt = timestamp + visibleAfterMs + delayMs;
      const ingestedAt = timestamp;
      events.push({ id: lastId, stream, message, timestamp, ingestedAt, visibleAt });
      if (events.length > maxEvents) events.shift();
    },
    read(group, { from, to, matches, after, limit }) {
      const at = now();
      const left = (groups.get(group) ?? []).filter(
        (event) =>
          event.timestamp >= from &&
          event.timestamp < to &&
          event.visibleAt <= at &&
          (!after || isAfter(event, after)),
      );
      const scanned = left.slice(0, scannedPerPage);
      const found = scanned.filter(({ message }) => matches(message));
      const events = found.slice(0, limit);
      const last = events.length < found.length ? events.at(-1) : scanned.at(-1);
      const isDone = events.length === found.length && scanned.length === left.length;
      return { events, next: isDone || !last ? null : { timestamp: last.timestamp, id: last.id } };
    },
  };
}

function isAfter(event: LogPosition, { timestamp, id }: LogPosition): boolean {
  return event.timestamp > timestamp || (event.timestamp === timestamp && event.id > id);
}
