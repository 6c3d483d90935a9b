import type { Dependencies } from "../../model/dependencies.ts";
import { describeError } from "../../model/errors.ts";
import type { DueRenewal, RenewalIndex } from "../../model/renewal-index.ts";

/** Due connections for concurrent workers, soonest first: the index's, read no further than needed, and added ones. */
export function dueQueue(index: AsyncIterable<DueRenewal>) {
  const entries = index[Symbol.asyncIterator]();
  const added: DueRenewal[] = [];
  let nextEntry: Promise<IteratorResult<DueRenewal>> | undefined;

  /** Removes and returns the soonest; undefined when none is left. Fails when the index fails. */
  async function next(): Promise<DueRenewal | undefined> {
    nextEntry ??= entries.next();
    const awaited = nextEntry;
    const entry = await awaited;
    // Another worker has taken this entry meanwhile.
    if (nextEntry !== awaited) return next();
    const [soonest] = added;
    if (entry.done || (soonest && soonest.dueAt < entry.value.dueAt)) return added.shift();
    nextEntry = undefined;
    return entry.value;
  }

  return {
    next,
    /** Adds a connection that is to be checked again. */
    add(due: DueRenewal): void {
      const sooner = added.findLastIndex(({ dueAt }) => dueAt <= due.dueAt);
      added.splice(sooner + 1, 0, due);
    },
  };
}

/** How many lapsed entries one tick removes from the index. The next ticks remove the rest. */
const maxPrunedPerTick = 500;

/**
 * Removes lapsed entries from the index, which every tick would otherwise read again. Stops after the first failure:
 * renewals take precedence, and the next tick tries again.
 */
export function lapsedPruner(
  { clock, log }: Dependencies,
  index: RenewalIndex,
  signal: AbortSignal,
): (due: DueRenewal) => Promise<void> {
  let left = maxPrunedPerTick;
  return async ({ connection }) => {
    if (left === 0) return;
    left -= 1;
    try {
      await index.prune(connection, clock.now(), signal);
    } catch (error) {
      left = 0;
      log.warn("prune-failed", { connection, ...describeError(error) });
    }
  };
}
