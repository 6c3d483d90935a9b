import { withoutRepetitions } from "../connection-history.ts";
import type { DeployedFunctions, FunctionKind } from "../deployed-functions.ts";
import { CommandFailure } from "../failure.ts";
import { functionKindsOf, jsonInLine, logGapWords, readFunctionLogs } from "../function-logs.ts";
import type { HistoryEvent } from "../history-events.ts";
import { readHistoryEvent } from "../history-events.ts";
import type { LoggedLine, LogReader } from "../log-reader.ts";
import { activityOf } from "./activity.ts";
import { startCounts } from "./counts.ts";
import { gapOfFailure } from "./gaps.ts";
import type { Activity, Gap, RealmCounts } from "./snapshot.ts";

/** What the functions' logs have told since an instant. */
export interface LogFollower {
  readonly from: Date;
  /** Until when everything was read; null before the first time. */
  readonly readTo: Date | null;
  readonly gaps: readonly Gap[];
  /** Newest first. */
  activity(): readonly Activity[];
  counts(): readonly RealmCounts[];
  /** Reads what is new. Never fails: what cannot be read is a gap. */
  read(): Promise<void>;
}

interface SeenEvent {
  readonly event: HistoryEvent;
  readonly id: string;
  readonly realm: string;
}

interface FollowerOptions {
  readonly functions: DeployedFunctions;
  readonly logs: LogReader;
  readonly from: Date;
  readonly now: () => Date;
}

/** Older activity is dropped. */
const maxActivity = 400;
/** CloudWatch shows an event up to about this long after it was logged. */
const lateMs = 60_000;
/** Who was vended what is `who`'s, and many lines. */
const pattern = '{ $.event != "vended" }';

export function followLogs(options: FollowerOptions): LogFollower {
  const { logs, from, now } = options;
  const functions = withKnownLogs(options.functions);
  const counts = startCounts();
  let events: SeenEvent[] = [];
  let activity: readonly Activity[] = [];
  let gaps: Gap[] = [];
  let readTo: Date | null = null;
  /** The ids of the events that are read again because later ones may appear between them. */
  let seen = new Map<string, Date>();

  function take(realm: string, line: LoggedLine, kind: FunctionKind): null {
    if (seen.has(line.id)) return null;
    seen.set(line.id, line.at);
    counts.add(realm, jsonInLine(line));
    const event = readHistoryEvent(line, kind);
    if (event) events.push({ event, id: line.id, realm });
    return null;
  }

  async function readRealm(realm: string, begin: Date, end: Date): Promise<Gap[]> {
    try {
      const search = { realm, pattern, from: begin, to: end };
      const read = await readFunctionLogs(
        functions,
        logs,
        functionKindsOf(realm),
        search,
        (line, kind) => take(realm, line, kind),
      );
      return read.gaps.map((gap) => ({ what: realm, next: logGapWords(gap) }));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      return [gapOfFailure(`The logs of ${realm}`, error)];
    }
  }

  async function readAll(): Promise<void> {
    const end = now();
    const begin = readTo === null ? from : new Date(Number(readTo) - lateMs);
    const found: Gap[] = [];
    for (const realm of await functions.realms())
      found.push(...(await readRealm(realm, begin, end)));
    events = events.toSorted((one, other) => Number(one.event.at) - Number(other.event.at));
    const once = new Set(withoutRepetitions(events.map(({ event }) => event)));
    events = events.filter(({ event }) => once.has(event)).slice(-maxActivity);
    activity = events.map(({ event, id, realm }) => activityOf(event, id, realm)).reverse();
    const again = Number(end) - lateMs;
    seen = new Map([...seen].filter(([, at]) => Number(at) >= again));
    [gaps, readTo] = [found, end];
  }

  return {
    from,
    get readTo() {
      return readTo;
    },
    get gaps() {
      return gaps;
    },
    activity: () => activity,
    counts: () => counts.all(),
    async read() {
      try {
        await readAll();
      } catch (error) {
        gaps = [error instanceof CommandFailure ? gapOfFailure("The logs", error) : defect(error)];
      }
    },
  };
}

/** Nobody awaits the reading, so that a defect has to be seen on the page. By its name: a message may hold what was read. */
function defect(error: unknown): Gap {
  const name = error instanceof Error ? error.name : "unknown error";
  const next = "Next: npm run vend -- history <connection> reads them too.";
  return { what: `The logs could not be read: a defect of the console (${name}).`, next };
}

/** Asks for each function's log group once: it stays what it is. */
function withKnownLogs(functions: DeployedFunctions): DeployedFunctions {
  const known = new Map<string, ReturnType<DeployedFunctions["logOf"]>>();
  return {
    ...functions,
    logOf(kind, realm) {
      const key = `${kind} ${realm}`;
      const asked = known.get(key) ?? functions.logOf(kind, realm);
      known.set(key, asked);
      asked.catch(() => known.delete(key));
      return asked;
    },
  };
}
