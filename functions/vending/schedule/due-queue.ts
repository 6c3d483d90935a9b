import type { Dependencies } from "../../model/dependencies.ts";
import { describeError } from "../../model/errors.ts";
import type { DueRenewal, RenewalIndex } from "../../model/renewal-index.ts";

export interface DueQueue {
  /** The soonest; undefined when nothing is left for now. Fails when the index does. */
  next(): Promise<DueRenewal | undefined>;
  /** Adds a connection that is to be checked again. */
  add(due: DueRenewal): void;
}

/** The index's entries and the ones added again, soonest first. Reads no more of the index than is asked for. */
export function dueQueue(index: AsyncIterable<DueRenewal>): DueQueue {
  const entries = index[Symbol.asyncIterator]();
  const added: DueRenewal[] = [];
  let ahead: Promise<IteratorResult<DueRenewal>> | undefined;

  async function next(): Promise<DueRenewal | undefined> {
    ahead ??= entries.next();
    const awaited = ahead;
    const entry = await awaited;
    // Another worker has taken it meanwhile.
    if (ahead !== awaited) return next();
    const [soonest] = added;
    if (entry.done || (soonest && soonest.dueAt < entry.value.dueAt)) return added.shift();
    ahead = undefined;
    return entry.value;
  }

  return {
    next,
    add(due) {
      const sooner = added.findLastIndex(({ dueAt }) => dueAt <= due.dueAt);
      added.splice(sooner + 1, 0, due);
    },
  };
}

/** How many lapsed entries one tick removes from the index; the next ticks remove the rest. */
const maxPrunedPerTick = 500;

/**
 * Removes lapsed entries from the index, which every tick would otherwise read again. After the first failure it stops:
 * renewals come first, and the next tick tries again.
 */
export function lapsedPruner(
  { log }: Dependencies,
  index: RenewalIndex,
  now: Date,
  signal: AbortSignal,
): (due: DueRenewal) => Promise<void> {
  let left = maxPrunedPerTick;
  return async ({ connection }) => {
    if (left === 0) return;
    left -= 1;
    try {
      await index.prune(connection, now, signal);
    } catch (error) {
      left = 0;
      log.warn("prune-failed", { connection, ...describeError(error) });
    }
  };
}
