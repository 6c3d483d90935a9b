import { needsConsent, providerIds } from "../functions/providers/catalogue.ts";
import type { DeployedFunctions, FunctionKind } from "./deployed-functions.ts";
import { CommandFailure } from "./failure.ts";
import type { LoggedLine, LogReader } from "./log-reader.ts";
import { parsePlainJson } from "./plain-json.ts";

/** Reading a log stops after this many lines: a page of 10,000 takes about a second. */
export const maxLinesOfLog = 500_000;

/** What could not be seen of the functions' logs. `denied`: a log may not be read. `cut`: there was too much. */
export interface LogGap {
  readonly kind: "denied" | "cut";
  /** A log group, or whose log it is. */
  readonly what: string;
  /** The reason; for `cut` how many lines were read. */
  readonly detail: string;
}

export interface LogSearch {
  readonly realm: string;
  /** Which lines, as a filter pattern of CloudWatch Logs. */
  readonly pattern: string;
  readonly from: Date;
  readonly to: Date;
}

/** The functions of a realm that write of its connections. */
export function functionKindsOf(realm: string): readonly FunctionKind[] {
  const provider = providerIds.find((id) => realm.startsWith(`${id}/`));
  const isByConsent = provider !== undefined && needsConsent(provider);
  return isByConsent ? [...issuingKinds, "begin-consent", "complete-consent"] : issuingKinds;
}

const issuingKinds: readonly FunctionKind[] = ["vend-token", "renew-tokens"];

/**
 * Reads the logs of these functions one after the other. One that may not be read is a gap; throws a `CommandFailure` if
 * none may be.
 */
export async function readFunctionLogs<T>(
  functions: DeployedFunctions,
  logs: LogReader,
  kinds: readonly FunctionKind[],
  { realm, pattern, from, to }: LogSearch,
  readLine: (line: LoggedLine, kind: FunctionKind) => T | null,
): Promise<{ records: T[]; gaps: LogGap[] }> {
  const records: T[] = [];
  const gaps: LogGap[] = [];
  const failures: CommandFailure[] = [];
  for (const kind of kinds) {
    try {
      const { group } = await functions.logOf(kind, realm);
      const lines = logs.read(group, pattern, from, to);
      const found = await collectLines(lines, (line) => readLine(line, kind), group);
      for (const record of found.records) records.push(record);
      gaps.push(...found.gaps);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      failures.push(error);
      gaps.push({ kind: "denied", what: `the log of ${kind}`, detail: error.problem.detail });
    }
  }
  const [failure] = failures;
  if (failure && failures.length === kinds.length) throw failure;
  return { records, gaps };
}

/** What the lines of one log say. Too many are a gap. */
export async function collectLines<T>(
  lines: AsyncIterable<LoggedLine>,
  readLine: (line: LoggedLine) => T | null,
  group: string,
): Promise<{ records: T[]; gaps: LogGap[] }> {
  const records: T[] = [];
  let read = 0;
  for await (const line of lines) {
    read += 1;
    if (read > maxLinesOfLog) return { records, gaps: [cutOff(group)] };
    const one = readLine(line);
    if (one !== null) records.push(one);
  }
  return { records, gaps: [] };
}

/** That a log has more lines than are read. */
export function cutOff(group: string): LogGap {
  return { kind: "cut", what: group, detail: `${maxLinesOfLog}` };
}

/** What was not seen, in words, with what to do. */
export function logGapWords({ kind, what, detail }: LogGap): string {
  return kind === "denied"
    ? `Not seen: ${what} (${detail}). Next: have your role granted logs:FilterLogEvents on it.`
    : `Not seen: ${what} has more than ${detail} lines to read. Next: --since with a later instant.`;
}

/** In a log's message, which should be JSON. Null where it is not. */
export function jsonInLine({ message }: LoggedLine): unknown {
  try {
    return parsePlainJson(message);
  } catch {
    return null;
  }
}
