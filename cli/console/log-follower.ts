import { withoutRepetitions } from "../connection-history.ts";
import type { DeployedFunctions, FunctionKind } from "../deployed-functions.ts";
import { CommandFailure } from "../failure.ts";
import type { LogGap } from "../function-logs.ts";
import { functionKindsOf, jsonInLine, logGapWords } from "../function-logs.ts";
import type { HistoryEvent } from "../history-events.ts";
import { readHistoryEvent } from "../history-events.ts";
import type { LoggedLine, LogReader } from "../log-reader.ts";
import { activityOf } from "./activity.ts";
import { startCounts } from "./counts.ts";
import type { FollowedLog } from "./followed-log.ts";
import { followLog } from "./followed-log.ts";
import { gapOfFailure } from "./gaps.ts";
import type { Activity, Gap, RealmCounts } from "./snapshot.ts";

/** What the functions' logs have told since an instant. */
export interface LogFollower {
  readonly from: Date;
  /** Until when the logs were read, apart from the gaps, by AWS's clock; null before the first time. */
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

interface FunctionOfRealm {
  readonly kind: FunctionKind;
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
/** Who was vended what is `who`'s, and many lines. */
const pattern = '{ $.event != "vended" }';

export function followLogs(options: FollowerOptions): LogFollower {
  const { functions, logs, from, now } = options;
  const counts = startCounts();
  const followed = new Map<string, FollowedLog>();
  let events: SeenEvent[] = [];
  let activity: readonly Activity[] = [];
  let gaps: Gap[] = [];
  let readTo: Date | null = null;

  function take(realm: string, line: LoggedLine, kind: FunctionKind): void {
    counts.add(realm, jsonInLine(line));
    const event = readHistoryEvent(line, kind);
    if (event) events.push({ event, id: line.id, realm });
  }

  /** Asks for each function's log group once: it stays what it is. */
  async function logOf(kind: FunctionKind, realm: string, begin: Date): Promise<FollowedLog> {
    const key = `${kind} ${realm}`;
    const known = followed.get(key);
    if (known) return known;
    const { group } = await functions.logOf(kind, realm);
    const log = followLog(logs, { group, pattern, from: begin });
    followed.set(key, log);
    return log;
  }

  /** Null if it has been read. */
  async function failureOfReading(
    { kind, realm }: FunctionOfRealm,
    begin: Date,
    end: Date,
  ): Promise<CommandFailure | null> {
    try {
      const log = await logOf(kind, realm, begin);
      await log.readOn(end, (line) => take(realm, line, kind));
      return null;
    } catch (error) {
      if (error instanceof CommandFailure) return error;
      throw error;
    } finally {
      events = newestOf(events);
    }
  }

  async function readRealm(realm: string, begin: Date, end: Date): Promise<Gap[]> {
    const found: LogGap[] = [];
    const failures: CommandFailure[] = [];
    const kinds = functionKindsOf(realm);
    for (const kind of kinds) {
      const failure = await failureOfReading({ kind, realm }, begin, end);
      if (failure) failures.push(failure);
      found.push(...gapsOf(kind, failure), ...(followed.get(`${kind} ${realm}`)?.cuts ?? []));
    }
    const [failure] = failures;
    if (failure && failures.length === kinds.length)
      return [gapOfFailure(`The logs of ${realm}`, failure)];
    return found.map((gap) => ({ what: realm, next: logGapWords(gap) }));
  }

  async function readAll(): Promise<void> {
    const realms = await functions.realms();
    // CloudWatch stamps by AWS's clock, which the answer has told. Without an earlier begin a fast clock asks for too little.
    const aheadMs = functions.aheadOfAwsMs() ?? 0;
    const begin = new Date(Number(from) - Math.max(0, aheadMs));
    const end = new Date(Number(now()) - aheadMs);
    const found: Gap[] = [];
    for (const realm of realms) found.push(...(await readRealm(realm, begin, end)));
    activity = events.map(({ event, id, realm }) => activityOf(event, id, realm)).reverse();
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

function gapsOf(kind: FunctionKind, failure: CommandFailure | null): LogGap[] {
  if (!failure) return [];
  return [{ kind: "denied", what: `the log of ${kind}`, detail: failure.problem.detail }];
}

/** In order of time, each once. */
function newestOf(events: readonly SeenEvent[]): SeenEvent[] {
  const sorted = events.toSorted((one, other) => Number(one.event.at) - Number(other.event.at));
  const once = new Set(withoutRepetitions(sorted.map(({ event }) => event)));
  return sorted.filter(({ event }) => once.has(event)).slice(-maxActivity);
}
