import { wrapText } from "../local/wrap-text.ts";
import type { Screen } from "./command.ts";
import type { LoggedHistory } from "./connection-history.ts";
import { logGapWords } from "./function-logs.ts";
import type { HistoryEvent } from "./history-events.ts";
import { historyWords } from "./history-words.ts";
import { proseColumns } from "./prose-columns.ts";
import { relativeTime, withRelativeTime } from "./relative-time.ts";

/** One event a paragraph, the latest last. */
export function formatHistory(
  { connection, from, events, gaps }: LoggedHistory,
  now: Date,
  screen: Screen,
): string {
  const columns = proseColumns(screen);
  const since = `since ${withRelativeTime(from, now)}`;
  const lines = [
    ...events.flatMap((event) => eventLines(event, now, columns)),
    ...(events.length === 0
      ? ["Nothing was logged about it. --since 30d looks further back."]
      : []),
    ...gaps.map((gap) => wrapText(logGapWords(gap), "", "  ", columns)),
  ];
  return [wrapText(`${connection}, ${since}`, "", "  ", columns), "", ...lines].join("\n");
}

function eventLines(event: HistoryEvent, now: Date, columns: number): string[] {
  const at = `${event.at.toISOString()} (${relativeTime(event.at, now)}), ${event.kind}`;
  return [wrapText(at, "", "  ", columns), wrapText(historyWords(event), "  ", "  ", columns)];
}
