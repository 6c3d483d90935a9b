import type { Clock } from "../../model/clock.ts";
import { msBetween, plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { describeError, needsNewSecret } from "../../model/errors.ts";
import { faultOf } from "../../model/faults.ts";
import type { DueRenewal, RenewalIndex } from "../../model/renewal-index.ts";
import type { Deadline } from "../../model/time-limits.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import { noFindings, unconstrained } from "../decision/decide.ts";
import type { Decision } from "../decision/decision.ts";
import { abandonedAt } from "../decision/usable-token.ts";
import { leaseMs } from "../issuing/lease.ts";
import { renewConnection } from "../issuing/renew-connection.ts";
import { decideWithSecret } from "../next-step.ts";
import { dueQueue, lapsedPruner } from "./due-queue.ts";

/** How far a tick looks ahead: its own minute, and part of the next, in case the next tick starts late. */
const horizonMs = 75_000;
const maxConcurrency = 32;
/** For reading the record, before the lease is taken. */
const readReserveMs = 1000;

/**
 * The result of a tick; `due` is the sum of the others. `skipped`: renewed by another process, not due after all, backing
 * off, or left to the next tick: a tick that is out of time does not count how many more there are.
 */
export interface TickSummary {
  due: number;
  renewed: number;
  skipped: number;
  failed: number;
}

/** The records as this process's ticks saw them last: a renewal from here needs no read. */
interface RecordCache {
  get(connection: Connection): TokenRecord | undefined;
  set(connection: Connection, record: TokenRecord): void;
}

/**
 * Renews a realm's due connections, each when it is due and by the same rules as vending. The lease makes duplicate and
 * overlapping ticks harmless. A connection that is due again within the horizon is renewed again. Lapsed connections are
 * removed from the index and not counted. Fails with a `VendingError` when the index cannot be read, after the renewals
 * under way have ended.
 */
export async function renewDue(
  deps: Dependencies,
  index: RenewalIndex,
  records: RecordCache,
  deadline: Deadline,
): Promise<TickSummary> {
  const summary = { due: 0, renewed: 0, skipped: 0, failed: 0 };
  const { clock } = deps;
  const horizon = plusMs(clock.now(), horizonMs);
  const queue = dueQueue(index.due(deps.realm, horizon, deadline.signal));
  const pruneLapsed = lapsedPruner(deps, index, deadline.signal);
  const overdue = overdueWatch(deps);
  const process = async (due: DueRenewal) => {
    const lateMs = overdueMsOf(clock, due);
    const check = await renewWhenDue(deps, records, due, deadline);
    const { outcome, nextCheckAt } = check;
    if (!check.isStopped) overdue.found(lateMs);
    const isCheckedAgain = nextCheckAt !== null && nextCheckAt < horizon;
    if (isCheckedAgain) queue.add({ ...due, dueAt: nextCheckAt });
    countOutcome(summary, isCheckedAgain ? outcome : (outcome ?? "skipped"));
  };
  const worker = async () => {
    for (let due = await queue.next(); due; due = await queue.next()) {
      // The answer of the index may have corrected the clock.
      if (due.dueUntil < clock.now()) {
        await pruneLapsed(due);
        continue;
      }
      if (hasTimeFor(deps, due, deadline)) await process(due);
      else {
        overdue.left(due);
        countOutcome(summary, "skipped");
        // The rest is due even later: with many thousands of connections, reading it would take longer than there is.
        return;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: maxConcurrency }, worker));
  if (summary.failed > 0) deps.metrics.record("RenewalFailures", summary.failed);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  overdue.record();
  return summary;
}

type RenewalOutcome = Exclude<keyof TickSummary, "due">;

function countOutcome(summary: TickSummary, outcome: RenewalOutcome | null): void {
  if (!outcome) return;
  summary.due += 1;
  summary[outcome] += 1;
}

interface Check {
  /** Null: nothing was done. */
  readonly outcome: RenewalOutcome | null;
  readonly nextCheckAt: Date | null;
  /** It waits for a person: for a consent, for another secret, or for an operator who has stopped it. Not overdue. */
  readonly isStopped?: boolean;
}

/** Whether the record can be read when the renewal is due, and a lease taken then end within the tick. */
function hasTimeFor({ clock, limits }: Dependencies, due: DueRenewal, deadline: Deadline): boolean {
  return waitMsFor(clock, due) + readReserveMs + leaseMs(limits) <= deadline.msLeft();
}

function waitMsFor(clock: Clock, { dueAt }: DueRenewal): number {
  return Math.max(0, msBetween(clock.now(), dueAt));
}

/** Watches how late a tick is with what it finds and with what it leaves to the next one. */
function overdueWatch({ clock, log, metrics }: Dependencies) {
  let oldestMs = 0;
  let isReported = false;
  const found = (overdueMs: number) => {
    oldestMs = Math.max(oldestMs, overdueMs);
  };
  return {
    found,
    /** Reports the first overdue connection that is left: the schedule does not keep up. */
    left(due: DueRenewal): void {
      const overdueMs = overdueMsOf(clock, due);
      found(overdueMs);
      if (isReported || overdueMs <= 0) return;
      isReported = true;
      log.warn("schedule-behind", { overdueMs });
    },
    /** To be called when the whole index was read. */
    record(): void {
      metrics.record("OverdueMs", oldestMs);
    },
  };
}

function overdueMsOf(clock: Clock, { dueAt }: DueRenewal): number {
  return msBetween(dueAt, clock.now());
}

async function renewWhenDue(
  deps: Dependencies,
  records: RecordCache,
  due: DueRenewal,
  deadline: Deadline,
): Promise<Check> {
  try {
    await deps.clock.sleep(waitMsFor(deps.clock, due), deadline.signal);
    return await renewIfDue(deps, records, due, deadline);
  } catch (error) {
    deps.log.warn("renewal-failed", { connection: due.connection, ...describeError(error) });
    return { outcome: "failed", nextCheckAt: null };
  }
}

/** The index is only a hint: the record decides whether to renew, and when to check again. */
async function renewIfDue(
  deps: Dependencies,
  records: RecordCache,
  due: DueRenewal,
  deadline: Deadline,
): Promise<Check> {
  const { connection } = due;
  const cached = records.get(connection);
  const record = await recordToRenew(deps, cached, due, deadline);
  if (!record || !isDue(record, deps.clock.now())) {
    return { outcome: null, nextCheckAt: nextCheckAfter(deps, record) };
  }
  const progress = { record, constraints: unconstrained, renewed: null };
  const { decision } = await decideWithSecret(
    deps,
    connection,
    progress,
    noFindings,
    deadline.signal,
  );
  if (decision.action !== "renew") {
    const isStopped = waitsForPerson(record, decision);
    return { outcome: null, nextCheckAt: nextCheckAfter(deps, record), isStopped };
  }
  const renewal = await renewConnection(deps, connection, record, decision.reason, deadline);
  if (renewal.record) records.set(connection, renewal.record);
  const isOutdated = renewal.outcome === "lost" && record === cached && renewal.record !== null;
  if (isOutdated) return renewIfDue(deps, records, due, deadline);
  if (renewal.outcome === "failed") return { outcome: "failed", nextCheckAt: null };
  const outcome = renewal.outcome === "committed" ? "renewed" : null;
  return { outcome, nextCheckAt: nextCheckAfter(deps, renewal.record) };
}

function waitsForPerson(
  { failure }: TokenRecord,
  decision: Exclude<Decision, { action: "check-secret" }>,
): boolean {
  const code = decision.action === "refuse" ? decision.code : failure?.code;
  return (
    code !== undefined && (needsNewSecret(code) || ["person", "operator"].includes(faultOf(code)))
  );
}

/** From the cache, or read; with the realm's freeze, which no lease depends on. */
async function recordToRenew(
  { store, realm }: Dependencies,
  cached: TokenRecord | undefined,
  due: DueRenewal,
  { signal }: Deadline,
): Promise<TokenRecord | null> {
  // A thaw is seen in the record only.
  if (!cached || cached.frozen || !isAsIndexed(cached, due))
    return store.read(due.connection, signal);
  await store.readRealmFreeze(realm, signal);
  return cached;
}

/** The lease is granted only if nobody has written since, so it need not be newer. */
function isAsIndexed({ token }: TokenRecord, { dueAt }: DueRenewal): boolean {
  return Number(token?.due?.at) === Number(dueAt);
}

function isDue({ token }: TokenRecord, now: Date): boolean {
  const due = token?.due;
  return Boolean(due && due.at <= now && now <= due.until);
}

/** When to check again: at the next renewal, or at the end of another process's lease. Null once the connection lapses. */
function nextCheckAfter({ clock }: Dependencies, record: TokenRecord | null): Date | null {
  const due = record?.token?.due;
  if (!due) return null;
  const { lease } = record;
  const instant = lease ? abandonedAt(lease) : due.at;
  return instant > clock.now() && instant <= due.until ? instant : null;
}
