import type { OperatorAction } from "../operator-action.ts";
import type { ActionRefusal, ActionResult, ConsoleSnapshot } from "../snapshot.ts";
import { breaksFor, openBreaking } from "./breaking.ts";
import type { ConnectionRow, RowItem } from "./connection-row.ts";
import { connectionRow } from "./connection-row.ts";
import { confirmInDialog, showLinkOnce } from "./dialogs.ts";
import { byId, keyedList, make, setText } from "./dom.ts";
import { showFigures } from "./figures.ts";
import { chosenConnections, openFilters, tellSummary } from "./filters.ts";
import type { PageClock } from "./page-clock.ts";
import { pulseOf } from "./pulse.ts";
import { tellTimes } from "./row-facts.ts";
import type { OfferedAction } from "./row-menu.ts";
import { closeMenusOutside } from "./row-menu.ts";
import { openTimeline, tellLogged } from "./timeline.ts";

export interface ConsolePage {
  show(snapshot: ConsoleSnapshot): void;
  /** The server has not answered; it may do so again. */
  tellSilent(): void;
  /** It will not answer this page any more. */
  tellStopped(text: string): void;
}

type Perform = (action: OperatorAction) => Promise<ActionResult | ActionRefusal>;

/** A browser draws some hundreds of bars a second without effort. */
const maxRows = 200;
const drawEveryMs = 1000;

export function openPage(clock: PageClock, perform: Perform): ConsolePage {
  const pulse = byId("pulse", HTMLElement);
  const rows = new Map<string, ConnectionRow>();
  let latest: ConsoleSnapshot | undefined;
  const filters = openFilters(() => latest && showChosen(latest));
  const timeline = openTimeline();
  const breaking = openBreaking((action) => void act(action));
  const showRows = keyedList<RowItem>(
    byId("rows", HTMLElement),
    ({ connection }) => connection.connection,
    (item) => {
      const row = connectionRow(item, (offered) => void choose(offered));
      rows.set(item.connection.connection, row);
      return row;
    },
  );

  function showChosen(snapshot: ConsoleSnapshot): void {
    const { connections, counts, activity } = snapshot;
    const wanted = filters.read();
    const chosen = chosenConnections(connections, wanted);
    const items = chosen.slice(0, maxRows).map((connection) => ({
      connection,
      breaks: breaksFor(snapshot.breaking, connection.realm),
    }));
    showRows(items);
    const kept = new Set(items.map(({ connection }) => connection.connection));
    for (const name of rows.keys()) if (!kept.has(name)) rows.delete(name);
    tellSummary(connections, chosen.length);
    const isCut = chosen.length > maxRows;
    setText(
      byId("more", HTMLElement),
      isCut ? `The first ${maxRows} are shown: search for others.` : "",
    );
    const isOfRealm = ({ realm }: { readonly realm: string }) =>
      wanted.realm === "" || realm === wanted.realm;
    showFigures(counts.filter(isOfRealm), snapshot.logged.to !== null);
    timeline(activity.filter(isOfRealm));
    draw();
  }

  function draw(): void {
    const now = clock.now();
    for (const row of rows.values()) row.draw(now);
    tellTimes(byId("timeline", HTMLElement), now);
  }

  async function choose({ question, action }: OfferedAction): Promise<void> {
    const reason = question ? await confirmInDialog(question) : "";
    if (reason !== null) await act(action(reason));
  }

  async function act(action: OperatorAction): Promise<void> {
    toast("Working …", "busy");
    const result = await perform(action);
    if ("problem" in result) return toast(result.problem, "bad");
    if (result.link) {
      toast("", "good");
      return showLinkOnce(result.text, result.link);
    }
    toast(result.text, "good");
  }

  closeMenusOutside();
  setInterval(draw, drawEveryMs);

  return {
    show(snapshot) {
      latest = snapshot;
      setText(byId("place", HTMLElement), snapshot.place);
      const { text, tone } = pulseOf(snapshot);
      setText(pulse, text);
      pulse.dataset["tone"] = tone;
      showGaps(snapshot);
      filters.offer(snapshot.connections.map(({ realm }) => realm));
      breaking.update(snapshot.breaking);
      tellLogged(snapshot, clock.now());
      showChosen(snapshot);
    },
    tellSilent() {
      setText(pulse, "No answer: is the console still running in its terminal?");
      pulse.dataset["tone"] = "bad";
    },
    tellStopped(text) {
      setText(pulse, text);
      pulse.dataset["tone"] = "bad";
    },
  };
}

function showGaps({ gaps }: ConsoleSnapshot): void {
  const section = byId("gaps", HTMLElement);
  const key = JSON.stringify(gaps);
  section.hidden = gaps.length === 0;
  if (section.dataset["shown"] === key) return;
  section.dataset["shown"] = key;
  section.replaceChildren(
    ...gaps.map(({ what, next }) => make("p", {}, make("strong", {}, what), ` ${next}`)),
  );
}

function toast(text: string, tone: string): void {
  const element = byId("toast", HTMLElement);
  element.dataset["tone"] = tone;
  setText(element, text);
}
