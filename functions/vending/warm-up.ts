import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";

const maxWarmUpMs = 1000;

/**
 * Reads a connection's record and opens its token before anybody asks, so that the connections to AWS and the data key are
 * there for the first vend. The record is not kept: a process may be suspended until then, and a caller may already know
 * a later version. Never fails, and takes a second at most.
 */
export async function warmUp(
  { store, sealer, clock }: Dependencies,
  connection: Connection,
): Promise<void> {
  const signal = clock.timeout(maxWarmUpMs, new AbortController().signal);
  try {
    const record = await store.read(connection, signal);
    if (!record?.token) return;
    const { sealed, terms } = record.token;
    const as = { connection, version: record.version, kind: "token", terms } as const;
    await sealer.open(sealed, as, signal);
  } catch {
    // The vend that needs it asks again, and reports why it fails.
  }
}
