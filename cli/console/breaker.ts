import type { Breaking, BreakName } from "./snapshot.ts";

/** Breaks what the console shows: only the local stack has one. */
export interface Breaker {
  state(): Breaking;
  /** Returns what was done and what will be seen, in words. Throws an `ActionError`. */
  perform(realm: string, how: BreakName): Promise<string>;
  /** Has simulated consumers call every connection once a second, or no longer. */
  setCallers(isOn: boolean): string;
}
