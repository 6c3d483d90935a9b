import { relativeTime } from "../../relative-time.ts";
import type { Activity, ActivityKind, ConsoleSnapshot } from "../snapshot.ts";
import { byId, keyedList, make, setText } from "./dom.ts";
import { liveTime } from "./row-facts.ts";

/** More would be scrolled past. */
const maxShown = 80;

const names: Readonly<Record<ActivityKind, string>> = {
  issue: "Issue",
  wait: "Wait",
  rejection: "Rejection",
  failure: "Failure",
  refusal: "Refusal",
  consent: "Consent",
  freeze: "Freeze",
  notice: "Notice",
};

/** The timeline, newest first. */
export function openTimeline(): (activity: readonly Activity[]) => void {
  const list = byId("timeline", HTMLOListElement);
  const show = keyedList<Activity>(list, ({ id }) => id, timelineItem);
  return (activity) => {
    show(activity.slice(0, maxShown));
    list.hidden = activity.length === 0;
  };
}

function timelineItem({ kind, realm, connection, text, at }: Activity) {
  const element = make(
    "li",
    { class: "event", "data-kind": kind },
    make("span", { class: "kind" }, names[kind]),
    make("span", { class: "of" }, connection ?? realm),
    make("span", { class: "what" }, text),
    liveTime(at),
  );
  return { element, update: () => undefined };
}

/** Says which part of the logs was read. */
export function tellLogged({ logged, gaps, activity }: ConsoleSnapshot, now: Date): void {
  const line = byId("logged", HTMLElement);
  const { from, to } = logged;
  if (to === null) {
    setText(
      line,
      gaps.length > 0 ? "The logs could not be read." : "Reading the functions' logs …",
    );
    return;
  }
  const nothing = activity.length === 0 ? "Nothing since " : "From the functions' logs, since ";
  const begin = `${nothing}${relativeTime(from, now)}.`;
  setText(line, `${begin} Vends are counted up to ten seconds late.`);
}
