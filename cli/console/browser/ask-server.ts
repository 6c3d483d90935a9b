import type { OperatorAction } from "../operator-action.ts";
import type { ActionRefusal, ActionResult, ConsoleSnapshot } from "../snapshot.ts";

const storedAs = "console-key";
const keyPattern = /^[\w-]{43}$/;

/**
 * The key of this start of the console. It comes after the `#` of the printed link, which no request has, and leaves the
 * address bar at once. It is kept for this tab, so that the page can be loaded again.
 */
export function takeKey(): string | null {
  const key = location.hash.slice(1);
  if (keyPattern.test(key)) {
    sessionStorage.setItem(storedAs, key);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(storedAs);
}

/** Not answered: another start of the console has another key. */
export class WrongKey extends Error {
  override readonly name = "WrongKey";
}

/** Throws if the console has stopped, or does not answer in time. */
export async function fetchSnapshot(key: string): Promise<ConsoleSnapshot> {
  const response = await fetch("/snapshot", { headers: bearer(key), signal: within(15_000) });
  if (response.status === 401) throw new WrongKey("The key is of another start.");
  if (!response.ok) throw new Error(`The console answered ${response.status}.`);
  return (await response.json()) as ConsoleSnapshot;
}

/** Returns what came of it, or what to do because nothing did. */
export async function requestAction(
  key: string,
  action: OperatorAction,
): Promise<ActionResult | ActionRefusal> {
  try {
    const headers = { ...bearer(key), "content-type": "application/json" };
    const body = JSON.stringify(action);
    const response = await fetch("/act", { method: "POST", headers, body, signal: within(60_000) });
    if (response.ok || response.status === 409) {
      return (await response.json()) as ActionResult | ActionRefusal;
    }
    return { problem: await response.text() };
  } catch {
    return { problem: "The console did not answer: see whether it still runs in its terminal." };
  }
}

function bearer(key: string): { readonly authorization: string } {
  return { authorization: `Bearer ${key}` };
}

function within(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}
