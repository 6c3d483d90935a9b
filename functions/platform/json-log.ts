import type { Log } from "../model/log.ts";

/** One JSON line an event, as CloudWatch Logs reads it. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  const log = (level: string) => (event: string, fields: Readonly<Record<string, unknown>>) =>
    write(`${JSON.stringify({ level, time: now(), event, ...fields })}\n`);
  return { info: log("info"), warn: log("warn"), error: log("error") };
}
