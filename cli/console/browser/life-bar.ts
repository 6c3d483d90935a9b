import { relativeTime } from "../../relative-time.ts";
import type { ShownConnection } from "../snapshot.ts";
import { make, setText } from "./dom.ts";
import type { Life } from "./life.ts";
import { lifeInstants, lifeOf } from "./life.ts";

/** The bar of a token's life, and its instants below. It has to be drawn every second. */
export interface LifeBar {
  readonly element: HTMLElement;
  draw(connection: ShownConnection, now: Date): void;
}

export function lifeBar(): LifeBar {
  const left = make("span", { class: "life-left" });
  const margin = make("span", { class: "life-margin" });
  const renewal = make("span", { class: "life-renewal" });
  const bar = make("div", { class: "life", role: "img" }, left, margin, renewal);
  const list = make("dl", { class: "instants" });
  const element = make("div", { class: "life-and-instants" }, bar, list);
  let drawn = "";

  function place(life: Life): void {
    bar.dataset["kind"] = life.kind;
    if (life.kind !== "lasting") return;
    const { now, usableUntil } = life;
    span(left, Math.min(now, usableUntil), usableUntil);
    span(margin, Math.max(now, usableUntil), 1);
    renewal.hidden = life.renewal === null || life.renewal <= now;
    span(renewal, life.renewal ?? 1, life.renewal ?? 1);
  }

  return {
    element,
    draw(connection, now) {
      const life = lifeOf(connection, Number(now));
      place(life);
      const instants = lifeInstants(connection);
      const key = JSON.stringify(instants);
      if (key !== drawn) list.replaceChildren(...instants.map(instantItem));
      drawn = key;
      const words = instants.map(({ label, at }) => `${label} ${relativeTime(at, now)}`);
      bar.setAttribute("aria-label", labelOf(life, words));
      instants.forEach(({ at }, index) => {
        const time = list.children[index]?.querySelector("time");
        if (time) setText(time, relativeTime(at, now));
      });
    },
  };
}

/** The policy forbids styles in markup, and allows them to be set one by one. */
function span(element: HTMLElement, from: number, to: number): void {
  element.style.insetInlineStart = `${(from * 100).toFixed(3)}%`;
  element.style.inlineSize = `${(Math.max(to - from, 0) * 100).toFixed(3)}%`;
}

function instantItem({ label, at }: { label: string; at: string }): HTMLElement {
  const time = make("time", { datetime: at, title: new Date(at).toLocaleString() });
  return make("div", {}, make("dt", {}, label), make("dd", {}, time));
}

function labelOf(life: Life, words: readonly string[]): string {
  if (life.kind === "none") return "No token";
  if (life.kind === "endless") return "A key that does not expire";
  const percent = Math.round(Math.max(life.usableUntil - life.now, 0) * 100);
  return `Token, ${percent} % of its life left. ${words.join(". ")}.`;
}
