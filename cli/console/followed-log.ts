import type { LogGap } from "../function-logs.ts";
import { collectLines } from "../function-logs.ts";
import type { LoggedLine, LogReader } from "../log-reader.ts";
import { shownWithinMs } from "../log-reader.ts";

/** The log of one function, of which each line is taken once, however often it is read. */
export interface FollowedLog {
  /** That there was once too much to read: what was not read then is not read later. */
  readonly cuts: readonly LogGap[];
  /**
   * Takes what is new before an instant. Throws a `CommandFailure` if the log cannot be read: the next reading begins where
   * this one has stopped.
   */
  readOn(end: Date, take: (line: LoggedLine) => void): Promise<void>;
}

/** Which lines of a log are read. */
interface FollowedPart {
  readonly group: string;
  readonly pattern: string;
  readonly from: Date;
}

export function followLog(logs: LogReader, { group, pattern, from }: FollowedPart): FollowedLog {
  let begin = from;
  let cuts: readonly LogGap[] = [];
  /** The ids of the lines since `begin`: they are read again, because later ones may appear between them. */
  const seen = new Map<string, Date>();

  function goOnFrom(instantMs: number): void {
    if (instantMs <= Number(begin)) return;
    begin = new Date(instantMs);
    for (const [id, at] of seen) {
      if (at >= begin) return;
      seen.delete(id);
    }
  }

  return {
    get cuts() {
      return cuts;
    },
    async readOn(end, take) {
      // The clock may have been set back.
      if (end < begin) return;
      const settledMs = Number(end) - shownWithinMs;
      const takeOnce = (line: LoggedLine) => {
        // The lines come in order of time, so that none before this one is missing if the reading fails after it.
        goOnFrom(Math.min(Number(line.at), settledMs));
        if (seen.has(line.id)) return null;
        seen.set(line.id, line.at);
        take(line);
        return null;
      };
      const { gaps } = await collectLines(logs.read(group, pattern, begin, end), takeOnce, group);
      if (gaps.length > 0) cuts = gaps;
      goOnFrom(settledMs);
    },
  };
}
