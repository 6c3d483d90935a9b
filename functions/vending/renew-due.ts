import { msBetween, plusMs } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { DueRenewal, RenewalIndex } from "../model/renewal-index.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Call } from "./call.ts";
import type { Progress } from "./next-step.ts";
import { decideKnowingSecret } from "./next-step.ts";
import { renewConnection } from "./renew-connection.ts";

/** What a tick looks ahead: its own minute, and some of the next in case that one starts late. */
const horizonMs = 75_000;
const atOnce = 32;
/** An index that lags behind, or a clock that is ahead, is waited for once more. */
const looks = 2;

const anyToken = { minValiditySeconds: 0, rejectedVersion: null };

/** What a tick did. `skipped`: renewed by somebody else, not due after all, backing off, or left to the next tick. */
export interface Tally {
  due: number;
  renewed: number;
  skipped: number;
  failed: number;
}

/**
 * Renews what is due in a realm, each at its own instant and by the same rules as vending: the lease makes duplicate
 * and overlapping ticks harmless. Fails with a `VendingError` when the index cannot be read.
 */
export async function renewDue(
  deps: Dependencies,
  index: RenewalIndex,
  call: Call,
): Promise<Tally> {
  const tally = { due: 0, renewed: 0, skipped: 0, failed: 0 };
  const before = plusMs(deps.clock.now(), horizonMs);
  const queue = index.due(deps.realm, before, call.signal)[Symbol.asyncIterator]();
  const work = async () => {
    for (let next = await queue.next(); !next.done; next = await queue.next()) {
      tally.due += 1;
      tally[await renewOne(deps, next.value, call)] += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tally;
}

type Outcome = Exclude<keyof Tally, "due">;

async function renewOne(
  deps: Dependencies,
  { connection, renewAt }: DueRenewal,
  call: Call,
): Promise<Outcome> {
  try {
    for (let look = 0, instant: Date | null = renewAt; instant && look < looks; look += 1) {
      if (instant >= call.deadlineAt) break;
      await deps.clock.sleep(Math.max(0, msBetween(deps.clock.now(), instant)), call.signal);
      const record = await deps.store.read(connection, call.signal);
      const outcome = await renewIfDue(deps, connection, record, call);
      if (outcome) return outcome;
      instant = laterInstant(record, instant);
    }
    return "skipped";
  } catch (error) {
    const code = error instanceof VendingError ? error.code : "internal";
    deps.log.warn("renewal-failed", { connection, code });
    return "failed";
  }
}

async function renewIfDue(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  call: Call,
): Promise<Outcome | null> {
  const progress: Progress = { record, wish: anyToken, hasRenewed: false };
  const decision = await decideKnowingSecret(deps, connection, progress, call);
  if (decision.action !== "renew") return null;
  const { outcome } = await renewConnection(deps, connection, record, decision.reason, call);
  return outcomes[outcome];
}

/** The record's own instant, where the index was behind it. */
function laterInstant(record: TokenRecord | null, looked: Date): Date | null {
  const renewAt = record?.token?.renewAt;
  return renewAt && renewAt > looked ? renewAt : null;
}

const outcomes = { committed: "renewed", failed: "failed", lost: "skipped" } as const;
