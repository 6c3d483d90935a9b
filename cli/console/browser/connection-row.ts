import type { ShownConnection } from "../snapshot.ts";
import { make, setText } from "./dom.ts";
import { lifeBar } from "./life-bar.ts";
import { factsAbout, tellTimes } from "./row-facts.ts";
import type { Choose, OfferedAction } from "./row-menu.ts";
import { actionMenu, actionsFor } from "./row-menu.ts";

/** What the row of a connection shows, and who is told what a person chooses. */
export interface RowItem {
  readonly connection: ShownConnection;
  /** Only on the local stack. */
  readonly breaks: { readonly trouble: string | null; readonly offered: readonly OfferedAction[] };
}

export interface ConnectionRow {
  readonly element: HTMLElement;
  update(item: RowItem): void;
  /** Draws what changes with time. */
  draw(now: Date): void;
}

export function connectionRow({ connection: first }: RowItem, choose: Choose): ConnectionRow {
  const { connection: name, realm, account } = first;
  const [provider = "", environment = ""] = realm.split("/");
  const title = make(
    "h3",
    {},
    make("span", { class: "provider" }, provider),
    make("span", { class: "rest" }, `/${environment}/${account}`),
  );
  const state = make("p", { class: "state" });
  const means = make("p", { class: "means" });
  const trouble = make("p", { class: "trouble" });
  const meta = make("p", { class: "meta" });
  const facts = make("div", { class: "facts" });
  const bar = lifeBar();
  const actions = actionMenu("Actions", name, choose);
  const breaks = actionMenu("Break", name, choose);
  const menus = make("div", { class: "menus" }, breaks.element, actions.element);
  const words = make("div", { class: "words" }, state, means);
  const body = make("div", { class: "row-body" }, bar.element, meta, trouble, facts);
  const element = make("li", { class: "row" }, title, words, body, menus);
  let shown = "";
  let connection = first;

  return {
    element,
    update(item) {
      connection = item.connection;
      actions.update(actionsFor(connection));
      breaks.update(item.breaks.offered);
      const next = JSON.stringify([connection, item.breaks.trouble]);
      if (next === shown) return;
      shown = next;
      const { label, means: meaning, tone } = connection.words;
      element.dataset["tone"] = tone;
      setText(state, label);
      setText(means, meaning);
      setText(meta, metaOf(connection));
      meta.hidden = connection.version === 0;
      setText(trouble, item.breaks.trouble ?? "");
      trouble.hidden = item.breaks.trouble === null;
      facts.replaceChildren(...factsAbout(connection));
    },
    draw(now) {
      bar.draw(connection, now);
      tellTimes(facts, now);
    },
  };
}

function metaOf({ version, fingerprint, lastIssue }: ShownConnection): string {
  const parts = [`Version ${version}`];
  if (lastIssue) {
    const { reason, latencyMs } = lastIssue;
    parts.push(`issued because: ${reason}${latencyMs > 0 ? `, in ${latencyMs} ms` : ""}`);
  }
  if (fingerprint) parts.push(`fingerprint ${fingerprint}`);
  return parts.join(" · ");
}
