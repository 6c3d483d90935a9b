import type { Log } from "../model/log.ts";

/** Writes each event as one line of JSON, which CloudWatch Logs parses. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  const log = (level: string) => (event: string, fields: Readonly<Record<string, unknown>>) =>
    write(`${JSON.stringify({ level, time: now(), event, ...fields })}\n`);
  return { info: log("info"), warn: log("warn"), error: log("error") };
}
