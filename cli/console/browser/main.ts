import type { OperatorAction } from "../operator-action.ts";
import { fetchSnapshot, requestAction, takeKey, WrongKey } from "./ask-server.ts";
import { openPage } from "./page.ts";
import { startClock } from "./page-clock.ts";

/** Between two looks at the server, and when nobody sees the page. */
const [everyMs, hiddenEveryMs] = [2000, 30_000];

function start(): void {
  const key = takeKey();
  // A new link in the address bar of an open page changes only what comes after the `#`.
  addEventListener("hashchange", () => {
    if (takeKey() !== key) location.reload();
  });
  const clock = startClock();
  const page = openPage(clock, (action) => perform(action));
  if (key === null) {
    page.tellStopped("Open the whole link that the terminal has printed: its end is the key.");
    return;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;

  /** Asks now, unless an answer is on its way. */
  async function look(known: string): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    clearTimeout(timer);
    const isAnswered = await ask(known);
    isAsking = false;
    if (isAnswered) timer = setTimeout(() => void look(known), pauseMs());
  }

  /** False if the console will never answer this page again. */
  async function ask(known: string): Promise<boolean> {
    try {
      const sentAt = performance.now();
      const snapshot = await fetchSnapshot(known);
      clock.set(new Date(snapshot.at), sentAt);
      page.show(snapshot);
      return true;
    } catch (error) {
      if (!(error instanceof WrongKey)) page.tellSilent();
      else page.tellStopped("The console was started anew: open the link that it has printed.");
      return !(error instanceof WrongKey);
    }
  }

  async function perform(action: OperatorAction) {
    const result = await requestAction(key ?? "", action);
    void look(key ?? "");
    return result;
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look(key);
  });
  void look(key);
}

function pauseMs(): number {
  return document.hidden ? hiddenEveryMs : everyMs;
}

start();
