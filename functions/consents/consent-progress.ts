import type { AwaitedLink, ConsentProgress } from "../model/awaited-link.ts";
import type { Connection } from "../model/connection.ts";
import { accountOf } from "../model/connection.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { isLeaseAlive } from "../vending/decision/usable-token.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

/** Between the claim of a pending consent and the lease under which its code is redeemed, nothing tells of it. */
const secondLookMs = 1000;

/** Reads what came of a link of this connection. Changes nothing. Fails with `store-unavailable`. */
export async function consentProgress(
  {
    clock,
    pendingConsents,
    store,
  }: Pick<ConsentDependencies, "clock" | "pendingConsents" | "store">,
  connection: Connection,
  awaited: AwaitedLink,
  { signal }: Deadline,
): Promise<ConsentProgress> {
  const read = async () => progressIn(await store.read(connection, signal), awaited, clock.now());
  // First the row, then the record: the row goes before the consent comes.
  const pending = await pendingConsents.read(awaited.pendingId, signal);
  const isOpen = pending?.account === accountOf(connection) && clock.now() < pending.expiresAt;
  const seen = await read();
  if (seen !== "ended") return seen;
  if (isOpen) return "pending";
  await clock.sleep(secondLookMs, signal);
  return read();
}

function progressIn(
  record: TokenRecord | null,
  { madeAt }: AwaitedLink,
  now: Date,
): ConsentProgress {
  if (!record) return "ended";
  const { consent } = record;
  if (consent && consent.consentedAt >= madeAt) return "granted";
  // Also of another renewal: a code is redeemed after it.
  return isLeaseAlive(record, now) ? "pending" : "ended";
}
