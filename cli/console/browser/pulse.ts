import { relativeTime } from "../../relative-time.ts";
import type { ConsoleSnapshot } from "../snapshot.ts";

/** Several readings in a row have failed then, however slowly the status is read. */
const oldAfterMs = 30_000;

/** Whether what the page shows is of now, in its header. */
export function pulseOf({ at, readAt }: Pick<ConsoleSnapshot, "at" | "readAt">): {
  readonly text: string;
  readonly tone: "good" | "warning";
} {
  if (readAt === null) return { text: "No status yet", tone: "warning" };
  if (Date.parse(at) - Date.parse(readAt) <= oldAfterMs) return { text: "Live", tone: "good" };
  return { text: `Status of ${relativeTime(readAt, new Date(at))}`, tone: "warning" };
}
