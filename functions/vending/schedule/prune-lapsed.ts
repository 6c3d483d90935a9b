import type { Dependencies } from "../../model/dependencies.ts";
import type { DueRenewal, RenewalIndex } from "../../model/renewal-index.ts";
import type { Call } from "../../model/deadline.ts";
import { inWords } from "../in-words.ts";

/** What a tick takes out of the index at most; the rest is left to the next one. */
const lapsesATick = 500;

/**
 * Takes out of the index what nobody could renew while it was due: left there, every tick would read it again. Once one
 * cannot be taken out, none is any more: renewals come first, and the next tick tries again.
 */
export function lapser(
  { log }: Dependencies,
  index: RenewalIndex,
  now: Date,
  { signal }: Call,
): (due: DueRenewal) => Promise<void> {
  let left = lapsesATick;
  return async ({ connection }) => {
    if (left === 0) return;
    left -= 1;
    try {
      await index.lapse(connection, now, signal);
    } catch (error) {
      left = 0;
      log.warn("lapse-failed", { connection, ...inWords(error) });
    }
  };
}
