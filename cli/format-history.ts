import { wrapText } from "../local/wrap-text.ts";
import type { LoggedHistory } from "./connection-history.ts";
import { logGapWords } from "./function-logs.ts";
import type { HistoryEvent } from "./history-events.ts";
import { historyWords } from "./history-words.ts";
import { relativeTime, withRelativeTime } from "./relative-time.ts";

/** One event a paragraph, the latest last. */
export function formatHistory({ connection, from, events, gaps }: LoggedHistory, now: Date) {
  const since = `since ${withRelativeTime(from, now)}`;
  const lines = [
    ...events.flatMap((event) => eventLines(event, now)),
    ...(events.length === 0
      ? ["Nothing was logged about it. --since 30d looks further back."]
      : []),
    ...gaps.map((gap) => wrapText(logGapWords(gap), "", "  ")),
  ];
  return [wrapText(`${connection}, ${since}`, "", "  "), "", ...lines].join("\n");
}

function eventLines(event: HistoryEvent, now: Date): string[] {
  const at = `${event.at.toISOString()} (${relativeTime(event.at, now)}), ${event.kind}`;
  return [at, wrapText(historyWords(event), "  ", "  ")];
}
