import { stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { TokenRecord } from "../model/token-record.ts";

/**
 * How long ago a record may have been asked for that is used for a vend: no longer than the table may take to answer any
 * read.
 */
const maxAgeMs = 1000;

/**
 * Reads a connection's record and opens its token before anybody asks, so that the connections to AWS and the data key
 * are there for the first vend. The record itself is used for the first vend only, and only if it is young: a process
 * may be suspended meanwhile. Never fails, and takes a second at most.
 */
export async function readAhead(deps: Dependencies, connection: Connection): Promise<Dependencies> {
  const { store, clock } = deps;
  const ageMs = stopwatch(clock);
  let ahead = await readAndOpen(deps, connection).catch(() => null);
  const read: typeof store.read = async (asked, signal) => {
    const taken = ahead;
    ahead = null;
    const isUsable = taken && asked === connection && ageMs() < maxAgeMs;
    return isUsable ? taken.record : store.read(asked, signal);
  };
  return { ...deps, store: { ...store, read } };
}

/** What opens is not kept: only its data key is, by the sealer. */
async function readAndOpen(
  { store, sealer, clock }: Dependencies,
  connection: Connection,
): Promise<{ readonly record: TokenRecord | null }> {
  const signal = clock.timeout(maxAgeMs, new AbortController().signal);
  const record = await store.read(connection, signal);
  if (record?.token) {
    const { sealed, terms } = record.token;
    const as = { connection, version: record.version, kind: "token", terms } as const;
    // A key that is not opened now is asked for again by the vend that needs it.
    await sealer.open(sealed, as, signal).catch(() => null);
  }
  return { record };
}
