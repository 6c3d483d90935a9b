import { needsConsent, providerIds } from "../functions/providers/catalogue.ts";
import type { DeployedFunctions, FunctionKind } from "./deployed-functions.ts";
import { CommandFailure } from "./failure.ts";
import type { WhoAnswer, WhoGap } from "./who-format.ts";
import type { Attribution } from "./who-join.ts";
import type { LoggedLine, LogReader } from "./who-logs.ts";
import type { CallerRecord, IssueRecord } from "./who-records.ts";
import { readCallerRecord, readIssueRecord, readTrailEvent } from "./who-records.ts";

/** Reading a log stops after this many lines: a page of 10,000 takes about a second. */
const maxLines = 500_000;
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
  return collect(logs.read(group, pattern, from, to), readCallerRecord, group);
}

/** Of the connection, from the logs of all functions that issue. A log that may not be read is a gap. */
export async function readIssues(
  functions: DeployedFunctions,
  logs: LogReader,
  { connection, realm, since, now }: WhoSearch,
): Promise<{ issues: IssueRecord[]; gaps: WhoGap[] }> {
  const provider = providerIds.find((id) => realm.startsWith(`${id}/`));
  const kinds: FunctionKind[] = ["vend-token", "renew-tokens"];
  if (provider && needsConsent(provider)) kinds.push("complete-consent");
  const pattern = `{ $.event = "token-issued" && $.connection = "${connection}" }`;
  const issues: IssueRecord[] = [];
  const gaps: WhoGap[] = [];
  for (const kind of kinds) {
    try {
      const { group } = await functions.logOf(kind, realm);
      const found = await collect(logs.read(group, pattern, since, now), readIssueRecord, group);
      for (const issue of found.records) issues.push(issue);
      gaps.push(...found.gaps);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      gaps.push({ kind: "denied", what: `the log of ${kind}`, detail: error.problem.detail });
    }
  }
  return { issues, gaps };
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
    if (read > maxLines) return cutOff(group);
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
    if (read > maxLines) break;
    const invocation = readTrailEvent(line);
    if (invocation?.functionName === functionName) attribution.add(invocation, from, to);
  }
  return read;
}

async function collect<T>(
  lines: AsyncIterable<LoggedLine>,
  readLine: (line: LoggedLine) => T | null,
  group: string,
): Promise<{ records: T[]; gaps: WhoGap[] }> {
  const records: T[] = [];
  let read = 0;
  for await (const line of lines) {
    read += 1;
    if (read > maxLines) return { records, gaps: [cutOff(group)] };
    const one = readLine(line);
    if (one !== null) records.push(one);
  }
  return { records, gaps: [] };
}

function cutOff(group: string): WhoGap {
  return { kind: "cut", what: group, detail: `${maxLines}` };
}
