import { maxClockSkewMs, msBetween, plusMs } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { DueRenewal, RenewalIndex } from "../../model/renewal-index.ts";
import { leaseMs } from "../../model/call-limits.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import type { Call } from "../../model/deadline.ts";
import { dueQueue } from "./due-queue.ts";
import { inWords } from "../in-words.ts";
import { lapser } from "./prune-lapsed.ts";
import { decideKnowingSecret } from "../next-step.ts";
import { renewConnection } from "../issuing/renew-connection.ts";

/** What a tick looks ahead: its own minute, and some of the next in case that one starts late. */
const horizonMs = 75_000;
const atOnce = 32;

const anyToken = { minValiditySeconds: 0, rejectedVersion: null };

/**
 * What a tick did; `due` is the sum of the others. `skipped`: renewed by somebody else, not due after all, backing off,
 * or left to the next tick.
 */
export interface Tally {
  due: number;
  renewed: number;
  skipped: number;
  failed: number;
}

/**
 * Renews what is due in a realm, each at its own instant and by the same rules as vending: the lease makes duplicate
 * and overlapping ticks harmless. What comes due again within the horizon is renewed again. What has lapsed leaves the
 * index, and counts as nothing. Fails with a `VendingError` when the index cannot be read, once all that was begun has
 * ended.
 */
export async function renewDue(
  deps: Dependencies,
  index: RenewalIndex,
  call: Call,
): Promise<Tally> {
  const tally = { due: 0, renewed: 0, skipped: 0, failed: 0 };
  const now = deps.clock.now();
  const horizon = plusMs(now, horizonMs);
  const queue = dueQueue(index.due(deps.realm, horizon, call.signal));
  const lapse = lapser(deps, index, now, call);
  const attend = async (due: DueRenewal) => {
    if (due.dueUntil < now) return lapse(due);
    const { outcome, nextLookAt } = await renewOne(deps, due, call);
    const isSeenAgain = nextLookAt !== null && nextLookAt < horizon;
    if (isSeenAgain) queue.add({ ...due, dueAt: nextLookAt });
    count(tally, isSeenAgain ? outcome : (outcome ?? "skipped"));
  };
  const work = async () => {
    for (let due = await queue.next(); due; due = await queue.next()) await attend(due);
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, work));
  if (tally.failed > 0) deps.metrics.record("RenewalFailures", tally.failed);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return tally;
}

type Outcome = Exclude<keyof Tally, "due">;

function count(tally: Tally, outcome: Outcome | null): void {
  if (!outcome) return;
  tally.due += 1;
  tally[outcome] += 1;
}

interface Look {
  /** Null: nothing was done. */
  readonly outcome: Outcome | null;
  readonly nextLookAt: Date | null;
}

async function renewOne(deps: Dependencies, due: DueRenewal, call: Call): Promise<Look> {
  const waitMs = Math.max(0, msBetween(deps.clock.now(), due.dueAt));
  const leaseEnd = plusMs(deps.clock.now(), waitMs + leaseMs(deps.timing));
  if (leaseEnd > call.deadlineAt) return { outcome: null, nextLookAt: null };
  try {
    await deps.clock.sleep(waitMs, call.signal);
    return await look(deps, due, call);
  } catch (error) {
    deps.log.warn("renewal-failed", { connection: due.connection, ...inWords(error) });
    return { outcome: "failed", nextLookAt: null };
  }
}

/** The index is a hint: the record decides whether to renew, and when to look again. */
async function look(deps: Dependencies, { connection }: DueRenewal, call: Call): Promise<Look> {
  const record = await deps.store.read(connection, call.signal);
  if (!record || !isDue(record, deps.clock.now())) {
    return { outcome: null, nextLookAt: lookAfter(deps, record) };
  }
  const progress = { record, wish: anyToken, hasRenewed: false };
  const decision = await decideKnowingSecret(deps, connection, progress, call);
  if (decision.action !== "renew") return { outcome: null, nextLookAt: lookAfter(deps, record) };

  const { reason } = decision;
  const renewal = await renewConnection(deps, connection, record, reason, call);
  if (renewal.outcome === "failed") return { outcome: "failed", nextLookAt: null };
  const outcome = renewal.outcome === "committed" ? "renewed" : null;
  return { outcome, nextLookAt: lookAfter(deps, renewal.record) };
}

function isDue({ token }: TokenRecord, now: Date): boolean {
  const due = token?.due;
  return Boolean(due && due.at <= now && now <= due.until);
}

/** The next renewal, or the end of the lease under which somebody else is at it; null once the connection lapses. */
function lookAfter({ clock }: Dependencies, record: TokenRecord | null): Date | null {
  const due = record?.token?.due;
  if (!due) return null;
  const { lease } = record;
  const instant = lease ? plusMs(lease.until, maxClockSkewMs) : due.at;
  return instant > clock.now() && instant <= due.until ? instant : null;
}
