import type { DeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure } from "./failure.ts";
import {
  collectLines,
  cutOff,
  functionKindsOf,
  maxLinesOfLog,
  readFunctionLogs,
} from "./function-logs.ts";
import type { LogReader } from "./log-reader.ts";
import type { WhoAnswer, WhoGap } from "./who-format.ts";
import type { Attribution } from "./who-join.ts";
import type { CallerRecord, IssueRecord } from "./who-records.ts";
import { readCallerRecord, readIssueRecord, readTrailEvent } from "./who-records.ts";

/** CloudTrail delivers within about this. */
const trailDelayMs = 15 * 60_000;

export interface WhoSearch {
  readonly connection: string;
  readonly realm: string;
  readonly version: number | null;
  readonly since: Date;
  readonly now: Date;
}

/**
 * Where the trail of a deployment writes. Its name is the beginning of its functions' names (infra/deployment-names.ts);
 * a function that is called otherwise is taken to be of a deployment without a name of its own.
 */
export function trailLogOf(functionName: string, realm: string): string {
  const end = `-${realm.replaceAll(/[^a-z0-9_]/g, "-")}`;
  const name = functionName.endsWith(end) ? functionName.slice(0, -end.length) : "";
  return `/${name || "token-vending"}/trail`;
}

/** Of the whole realm: whom a process vended a version first, and who rejected one. Too many are a gap. */
export async function readCallers(
  logs: LogReader,
  group: string,
  from: Date,
  to: Date,
): Promise<{ records: CallerRecord[]; gaps: WhoGap[] }> {
  const pattern = '{ $.event = "vended" || $.event = "rejected" }';
  return collectLines(logs.read(group, pattern, from, to), readCallerRecord, group);
}

/** Of the connection, from the logs of all functions that issue. A log that may not be read is a gap. */
export async function readIssues(
  functions: DeployedFunctions,
  logs: LogReader,
  { connection, realm, since, now }: WhoSearch,
): Promise<{ issues: IssueRecord[]; gaps: WhoGap[] }> {
  // A link is made without an issue.
  const kinds = functionKindsOf(realm).filter((kind) => kind !== "begin-consent");
  const pattern = `{ $.event = "token-issued" && $.connection = "${connection}" }`;
  const search = { realm, pattern, from: since, to: now };
  const { records, gaps } = await readFunctionLogs(functions, logs, kinds, search, readIssueRecord);
  return { issues: records, gaps };
}

/** Gives the attribution all invocations of the function. Returns what could not be seen of them. */
export async function readTrail(
  logs: LogReader,
  trail: { readonly group: string; readonly functionName: string },
  window: WhoAnswer["window"],
  { since, now }: WhoSearch,
  attribution: Attribution,
): Promise<WhoGap | null> {
  const { group } = trail;
  try {
    const read = await addInvocations(logs, trail, window, { since, now }, attribution);
    if (read > maxLinesOfLog) return cutOff(group);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const { code, detail } = error.problem;
    return { kind: code === "no-logs" ? "no-trail" : "denied", what: group, detail };
  }
  if (Number(now) - Number(window.to) > trailDelayMs) return null;
  const at = new Date(Number(now) - trailDelayMs).toISOString();
  return { kind: "late", what: group, detail: at };
}

/** Returns how many were read. */
async function addInvocations(
  logs: LogReader,
  { group, functionName }: { readonly group: string; readonly functionName: string },
  { from, to }: WhoAnswer["window"],
  { since, now }: Pick<WhoSearch, "since" | "now">,
  attribution: Attribution,
): Promise<number> {
  const pattern = `{ $.eventSource = "lambda.amazonaws.com" && $.requestParameters.functionName = "*${functionName}*" }`;
  let read = 0;
  // To the end: a rejection may come after the version was vended for the last time.
  for await (const line of logs.read(group, pattern, since, now)) {
    read += 1;
    if (read > maxLinesOfLog) break;
    const invocation = readTrailEvent(line);
    if (invocation?.functionName === functionName) attribution.add(invocation, from, to);
  }
  return read;
}
