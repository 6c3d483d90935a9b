import type { DeployedFunctions } from "./deployed-functions.ts";
import type { LogGap } from "./function-logs.ts";
import { functionKindsOf, readFunctionLogs } from "./function-logs.ts";
import type { HistoryEvent } from "./history-events.ts";
import { readHistoryEvent } from "./history-events.ts";
import type { LogReader } from "./log-reader.ts";
import { shownWithinMs } from "./log-reader.ts";

/** What happened to one connection, from its functions' logs. */
export interface LoggedHistory {
  readonly connection: string;
  readonly from: Date;
  readonly to: Date;
  /** In order of time, the oldest first. */
  readonly events: readonly HistoryEvent[];
  readonly gaps: readonly LogGap[];
}

interface HistorySearch {
  readonly connection: string;
  readonly realm: string;
  readonly from: Date;
  readonly to: Date;
}

/**
 * Reads the issues, waits, rejections, failures, consents and freezes of a connection. Who was vended it is not among them:
 * that is `who`. Throws a `CommandFailure` if no log may be read.
 */
async function readConnectionHistory(
  functions: DeployedFunctions,
  logs: LogReader,
  { connection, realm, from, to }: HistorySearch,
): Promise<LoggedHistory> {
  const own = `($.connection = "${connection}" && $.event != "vended")`;
  const ofRealm = `($.realm = "${realm}" && ($.event = "frozen" || $.event = "thawed"))`;
  const search = { realm, pattern: `{ ${own} || ${ofRealm} }`, from, to };
  const kinds = functionKindsOf(realm);
  const read = await readFunctionLogs(functions, logs, kinds, search, readHistoryEvent);
  const events = read.records
    .filter(({ about }) => about === connection || about === realm)
    .toSorted((one, other) => Number(one.at) - Number(other.at));
  return { connection, from, to, events: withoutRepetitions(events), gaps: read.gaps };
}

/** As `readConnectionHistory`. `seen` is an earlier answer without gaps: of what it covers, only the end is read again. */
export async function continueHistory(
  functions: DeployedFunctions,
  logs: LogReader,
  search: HistorySearch,
  seen: LoggedHistory | null,
): Promise<LoggedHistory> {
  if (seen === null) return readConnectionHistory(functions, logs, search);
  const from = new Date(Math.max(Number(search.from), Number(seen.to) - shownWithinMs));
  const latest = await readConnectionHistory(functions, logs, { ...search, from });
  const kept = seen.events.filter(({ at }) => at >= search.from && at < from);
  const events = withoutRepetitions([...kept, ...latest.events]);
  return { ...latest, from: search.from, events };
}

/**
 * Without what is logged more than once: an issue by a holder that first does not know whether its commit succeeded, and a
 * freeze and its thaw by each process that learns of it. `events` in order of time.
 */
export function withoutRepetitions(events: readonly HistoryEvent[]): HistoryEvent[] {
  const seen = new Set<string>();
  const latestFreeze = new Map<string, string>();
  return events.filter(({ event, about, fence, fingerprint, statedAt }) => {
    if (event === "frozen") latestFreeze.set(about, `${statedAt?.toISOString()}`);
    const freeze = latestFreeze.get(about) ?? "";
    const once = new Map([
      ["token-issued", `${fence} ${fingerprint}`],
      ["late-issue", `${fence} ${fingerprint}`],
      ["frozen", freeze],
      ["thawed", freeze],
    ]).get(event);
    if (once === undefined) return true;
    const key = `${event} ${about} ${once}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
