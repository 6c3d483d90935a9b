import { relativeTime } from "../../relative-time.ts";
import type { ShownConnection } from "../snapshot.ts";
import { make } from "./dom.ts";

/** What there is to say of a connection besides its token's life: renewal, failure, freeze, consent. */
export function factsAbout(connection: ShownConnection): HTMLElement[] {
  return [
    ...leaseOf(connection),
    ...frozenOf(connection),
    ...failureOf(connection),
    ...stepOf(connection),
    ...consentOf(connection),
    ...askedOf(connection),
  ];
}

/** An instant that is kept up to date. */
export function liveTime(at: string): HTMLTimeElement {
  return make("time", { datetime: at, "data-live": "", title: new Date(at).toLocaleString() });
}

/** Writes the distances of all live times in an element. */
export function tellTimes(element: ParentNode, now: Date): void {
  for (const time of element.querySelectorAll<HTMLTimeElement>("time[data-live]")) {
    const text = relativeTime(time.dateTime, now);
    if (time.textContent !== text) time.textContent = text;
  }
}

function leaseOf({ lease }: ShownConnection): HTMLElement[] {
  if (!lease) return [];
  const since = liveTime(lease.since);
  const until = liveTime(lease.until);
  return [
    make(
      "p",
      { class: "fact busy" },
      `Lease for a renewal (${lease.reason}), taken `,
      since,
      ", end ",
      until,
    ),
  ];
}

function frozenOf({ frozen }: ShownConnection): HTMLElement[] {
  if (!frozen) return [];
  const of = frozen.of === "realm" ? "Its realm was frozen" : "Frozen";
  return [
    make(
      "p",
      { class: "fact warning" },
      `${of} by ${frozen.by} `,
      liveTime(frozen.at),
      `: ${frozen.reason}`,
    ),
  ];
}

function failureOf({ lastFailure, advice }: ShownConnection): HTMLElement[] {
  if (!lastFailure || !advice) return [];
  const { at, detail, count, retryAt } = lastFailure;
  const isWaiting = Date.parse(retryAt) > Date.parse(at);
  const again = count > 1 ? `, ${count} in a row` : "";
  return [
    make(
      "div",
      { class: "fact bad" },
      make("p", {}, make("strong", {}, advice.title), " · ", liveTime(at), again),
      make("p", {}, detail),
      isWaiting
        ? make("p", {}, "Next request to the provider ", liveTime(retryAt), " at the earliest.")
        : null,
      make(
        "ul",
        { class: "next" },
        ...advice.next.map((next) => make("li", {}, make("code", {}, next))),
      ),
    ),
  ];
}

function stepOf({ words, advice }: ShownConnection): HTMLElement[] {
  if (words.next === null || advice) return [];
  return [make("p", { class: "fact" }, words.next)];
}

function consentOf({ consent }: ShownConnection): HTMLElement[] {
  if (!consent) return [];
  const { identity, subject, customer, grantedScope, endsAt, consentedAt } = consent;
  const parts = [
    `Consent of ${identity ?? subject ?? "a person"}`,
    ...(customer ? [` for ${customer}`] : []),
    ...(grantedScope ? [`, granted ${grantedScope}`] : []),
    ...[", given ", liveTime(consentedAt)],
    ...(endsAt === null ? [", end unknown"] : [", end ", liveTime(endsAt)]),
  ];
  return [make("p", { class: "fact consent" }, ...parts)];
}

function askedOf({ asked }: ShownConnection): HTMLElement[] {
  if (!asked) return [];
  const by = asked.begunBy ? ` by ${asked.begunBy}` : "";
  const text = `A person was asked${by}; the latest link ends `;
  return [make("p", { class: "fact consent" }, text, liveTime(asked.until))];
}
