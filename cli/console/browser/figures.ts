import type { RealmCounts } from "../snapshot.ts";
import { byId, make } from "./dom.ts";

/** Shows the sums of these realms. */
export function showFigures(counts: readonly RealmCounts[], isRead: boolean): void {
  const section = byId("figures", HTMLElement);
  const sum = (of: (one: RealmCounts) => number) =>
    counts.reduce((total, one) => total + of(one), 0);
  const count = (value: number) => (isRead ? value.toLocaleString("en") : "–");
  const figures = [
    ["Vends", count(sum((one) => one.vends)), "callers that were given a credential"],
    [
      "Store hits",
      count(sum((one) => one.storeHits)),
      `of these, ${count(sum((one) => one.fromMemory))} from a process's memory`,
    ],
    ["Provider calls", count(sum((one) => one.providerCalls)), "for tokens, and to check keys"],
    ["Calls saved", count(sum((one) => one.callsSaved)), "had every vend requested a token"],
    ["Refused", count(sum((one) => one.refusals)), "callers that were told a problem"],
  ] as const;
  const key = JSON.stringify(figures);
  if (section.dataset["shown"] === key) return;
  section.dataset["shown"] = key;
  section.hidden = false;
  section.replaceChildren(
    ...figures.map(([label, value, note]) =>
      make(
        "div",
        { class: "figure" },
        make("p", { class: "figure-label" }, label),
        make("p", { class: "figure-value" }, value),
        make("p", { class: "quiet" }, note),
      ),
    ),
  );
}
