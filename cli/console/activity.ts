import type { HistoryEvent } from "../history-events.ts";
import { historyWords } from "../history-words.ts";
import type { Activity, ActivityKind } from "./snapshot.ts";

/** A line of the page's timeline. */
export function activityOf(event: HistoryEvent, id: string, realm: string): Activity {
  const words = historyWords(event);
  return {
    ...{ id, realm, kind: kindOf(event), at: event.at.toISOString() },
    connection: event.about === realm ? null : event.about,
    text: words.startsWith(event.about) ? words : words.charAt(0).toUpperCase() + words.slice(1),
  };
}

/** A refusal is what a caller sees of a failure: of one failure there may be many. */
function kindOf({ event, kind }: HistoryEvent): ActivityKind {
  return event === "refused" ? "refusal" : kind;
}
