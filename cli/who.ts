import { needsConsent, providerIds } from "../functions/providers/catalogue.ts";
import type { Command, CommandContext, CommandOptions } from "./command.ts";
import type { DeployedFunctions, FunctionKind } from "./deployed-functions.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import { parseConnection, parseRestoredAt, parseVersion } from "./parse-arguments.ts";
import type { WhoAnswer, WhoGap } from "./who-format.ts";
import { formatWho, whoAnswer } from "./who-format.ts";
import { Attribution, overlapMs, spanOf } from "./who-join.ts";
import type { LoggedLine, LogReader } from "./who-logs.ts";
import { openLogReader } from "./who-logs.ts";
import type { CallerRecord, IssueRecord } from "./who-records.ts";
import { readCallerRecord, readIssueRecord, readTrailEvent } from "./who-records.ts";

const defaultTrail = "/token-vending/trail";
const defaultSince = "1d";
/** Reading stops after this many invocations: a page of 10,000 takes about a second. */
const maxTrailEvents = 500_000;
/** CloudTrail delivers within about this. */
const trailDelayMs = 15 * 60_000;

/** Says who was vended a version of a connection, or any version, and who rejected it. */
export const who: Command = (args, options) => {
  if (args.length < 1 || args.length > 2)
    throw new UsageError("This command takes a connection and, if you like, a version.");
  if (options.function !== undefined)
    throw new UsageError(
      "This command reads the logs of several functions: it takes no --function.",
    );
  const { connection, realm } = parseConnection(args[0]);
  const version = args[1] === undefined ? null : parseVersion(args[1]);
  return async (context) => {
    const now = context.terminal.now();
    const since = parseSince(options.since ?? defaultSince, now);
    const logs = openLogReader();
    try {
      const search = { connection, realm, version, since, now };
      const answer = await findOut(context, logs, search, options);
      const isIncomplete = answer.gaps.some(({ kind }) => kind === "denied" || kind === "cut");
      return { answer: whoAnswer(answer), text: formatWho(answer, now), isIncomplete };
    } finally {
      logs.close();
    }
  };
};

interface Search {
  readonly connection: string;
  readonly realm: string;
  readonly version: number | null;
  readonly since: Date;
  readonly now: Date;
}

async function findOut(
  { functions }: CommandContext,
  logs: LogReader,
  search: Search,
  options: CommandOptions,
): Promise<WhoAnswer> {
  const { connection, realm, version, since, now } = search;
  const vendGroup = await functions.logOf("vend-token", realm);
  const found = await readCallers(logs, vendGroup.group, since, now);
  const { issues, gaps } = await readIssues(functions, logs, search);
  const span = spanOf(issues, version);
  const attribution = new Attribution(found);
  const from = span.issue ? new Date(Number(span.issue.at) - overlapMs) : since;
  const to = span.successor ? new Date(Number(span.successor.at) + overlapMs) : now;
  const window = { from: from < since ? since : from, to: to > now ? now : to };
  const trail = { group: options.trail ?? defaultTrail, functionName: vendGroup.functionName };
  const trailGap = await readTrail(logs, trail, window, search, attribution);
  return {
    ...{ connection, version, since, ...span, window },
    acts: attribution.actsOn(connection, version),
    possible: trailGap?.kind === "no-trail" ? null : attribution.possible,
    gaps: [...gaps, ...(trailGap ? [trailGap] : [])],
  };
}

async function readCallers(
  logs: LogReader,
  group: string,
  from: Date,
  to: Date,
): Promise<CallerRecord[]> {
  const pattern = '{ $.event = "vended" || $.event = "rejected" }';
  return collect(logs.read(group, pattern, from, to), readCallerRecord);
}

/** Of the connection, from the logs of all functions that issue. A log that may not be read is a gap. */
async function readIssues(
  functions: DeployedFunctions,
  logs: LogReader,
  { connection, realm, since, now }: Search,
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
      issues.push(...(await collect(logs.read(group, pattern, since, now), readIssueRecord)));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      gaps.push({ kind: "denied", what: `the log of ${kind}`, detail: error.problem.detail });
    }
  }
  return { issues, gaps };
}

/** Gives the attribution all invocations of the function. Returns what could not be seen of them. */
async function readTrail(
  logs: LogReader,
  trail: { readonly group: string; readonly functionName: string },
  window: WhoAnswer["window"],
  { since, now }: Search,
  attribution: Attribution,
): Promise<WhoGap | null> {
  const { group } = trail;
  try {
    const read = await addInvocations(logs, trail, window, { since, now }, attribution);
    if (read > maxTrailEvents) return { kind: "cut", what: group, detail: `${maxTrailEvents}` };
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
  { since, now }: Pick<Search, "since" | "now">,
  attribution: Attribution,
): Promise<number> {
  const pattern = `{ $.eventSource = "lambda.amazonaws.com" && $.requestParameters.functionName = "*${functionName}*" }`;
  let read = 0;
  // To the end: a rejection may come after the version was vended for the last time.
  for await (const line of logs.read(group, pattern, since, now)) {
    read += 1;
    if (read > maxTrailEvents) break;
    const invocation = readTrailEvent(line);
    if (invocation?.functionName === functionName) attribution.add(invocation, from, to);
  }
  return read;
}

async function collect<T>(
  lines: AsyncIterable<LoggedLine>,
  read: (line: LoggedLine) => T | null,
): Promise<T[]> {
  const all: T[] = [];
  for await (const line of lines) {
    const one = read(line);
    if (one !== null) all.push(one);
  }
  return all;
}

/** `12h` and `7d` are counted back from now; anything else must be an instant. */
function parseSince(text: string, now: Date): Date {
  const [, count, unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  if (count === undefined) {
    const instant = parseRestoredAt(text) ?? now;
    if (instant < now) return instant;
    throw new UsageError("--since lies in the future.");
  }
  const hours = Number(count) * (unit === "d" ? 24 : 1);
  return new Date(Number(now) - hours * 3_600_000);
}
