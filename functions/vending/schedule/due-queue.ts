import type { DueRenewal } from "../../model/renewal-index.ts";

export interface DueQueue {
  /** The soonest; undefined when nothing is left now. Fails when the index does. */
  next(): Promise<DueRenewal | undefined>;
  /** To be looked at in its turn, among what the index has yet to say. */
  add(due: DueRenewal): void;
}

/** What the index says and what comes due again, soonest first. The index is read no further than it is asked for. */
export function dueQueue(index: AsyncIterable<DueRenewal>): DueQueue {
  const hints = index[Symbol.asyncIterator]();
  const again: DueRenewal[] = [];
  let ahead: Promise<IteratorResult<DueRenewal>> | undefined;

  async function next(): Promise<DueRenewal | undefined> {
    ahead ??= hints.next();
    const asked = ahead;
    const hint = await asked;
    // Somebody else has taken it meanwhile.
    if (ahead !== asked) return next();
    const [soonest] = again;
    if (hint.done || (soonest && soonest.dueAt < hint.value.dueAt)) return again.shift();
    ahead = undefined;
    return hint.value;
  }

  return {
    next,
    add(due) {
      const sooner = again.findLastIndex(({ dueAt }) => dueAt <= due.dueAt);
      again.splice(sooner + 1, 0, due);
    },
  };
}
