import type { ShownConnection } from "../snapshot.ts";
import { byId, listenTo, make, setText } from "./dom.ts";

/** What a person wants to see. It is in the address, so that the view can be linked. */
export interface Filters {
  readonly realm: string;
  readonly search: string;
  readonly attention: boolean;
}

function needsAttention({ words }: Pick<ShownConnection, "words">): boolean {
  return words.tone === "bad" || words.tone === "warning";
}

/** The connections to show: those that need somebody first, then by name. */
export function chosenConnections(
  connections: readonly ShownConnection[],
  { realm, search, attention }: Filters,
): ShownConnection[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (one: ShownConnection) => (needsAttention(one) ? 0 : 1);
  return connections
    .filter((one) => realm === "" || one.realm === realm)
    .filter((one) => !attention || needsAttention(one))
    .filter((one) => wanted.every((word) => searchedText(one).includes(word)))
    .toSorted((one, other) => rank(one) - rank(other) || compare(one.connection, other.connection));
}

function searchedText({ connection, words, lastFailure, consent }: ShownConnection): string {
  const parts = [connection, words.label, lastFailure?.code, consent?.identity, consent?.customer];
  return parts.filter(Boolean).join(" ").toLowerCase();
}

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** The fields above the list. `onChange` is called with each change. */
export function openFilters(onChange: () => void) {
  const form = byId("filters", HTMLFormElement);
  const realm = byId("realm", HTMLSelectElement);
  const search = byId("search", HTMLInputElement);
  const attention = byId("attention", HTMLInputElement);
  const asked = new URLSearchParams(location.search);
  let wantedRealm = asked.get("realm") ?? "";
  search.value = asked.get("q") ?? "";
  attention.checked = asked.has("attention");
  let offered = "";

  const read = (): Filters => ({
    realm: wantedRealm,
    search: search.value.trim(),
    attention: attention.checked,
  });

  function changed(): void {
    wantedRealm = realm.value;
    const filters = read();
    const query = new URLSearchParams({
      ...(filters.realm ? { realm: filters.realm } : {}),
      ...(filters.search ? { q: filters.search } : {}),
      ...(filters.attention ? { attention: "" } : {}),
    });
    const text = query.size > 0 ? `?${query}` : "";
    history.replaceState(null, "", location.pathname + text);
    onChange();
  }
  listenTo(form, { input: changed, submit: (event) => event.preventDefault() });

  return {
    read,
    /** Offers these realms, and the one of the address even if there is none such. */
    offer(realms: readonly string[]): void {
      form.hidden = false;
      const names = [...new Set([...realms, ...(wantedRealm ? [wantedRealm] : [])])].toSorted();
      if (names.join() === offered) return;
      offered = names.join();
      const options = names.map((name) => make("option", { value: name }, name));
      realm.replaceChildren(make("option", { value: "" }, "All realms"), ...options);
      realm.value = wantedRealm;
    },
  };
}

/** Above the list: how many there are, and how many need somebody. */
export function tellSummary(all: readonly ShownConnection[], shown: number): void {
  const waiting = all.filter(needsAttention).length;
  const well =
    all.length === 0 ? "No connection has been vended yet." : `All ${all.length} are well.`;
  const needing = `${waiting} of ${all.length} ${waiting === 1 ? "needs" : "need"} you.`;
  const filtered = shown < all.length ? ` ${shown} shown.` : "";
  setText(byId("summary", HTMLElement), (waiting === 0 ? well : needing) + filtered);
}
