import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { isLossPossible } from "../../functions/model/provider.ts";
import { maxLeaseMs } from "../../functions/model/time-limits.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import {
  askedStatesOf,
  askedTransitions,
  codeStatesOf,
  codeTransitions,
  linkStatesOf,
  linkTransitions,
} from "./link-model.ts";
import type { ClaimState, RecordState, Transition } from "./protocol-model.ts";
import { claimTransitions, recordTransitions, rulesOfEditedRows } from "./protocol-model.ts";
import type { Claim, ClaimStep, RecordStep } from "./protocol-step.ts";
import { clockStepMs, isSame, tellsDoubt } from "./protocol-step.ts";

/** One write to the table that took effect. */
export interface ObservedWrite {
  readonly pk: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly before: Readonly<Item> | null;
  readonly after: Readonly<Item> | null;
  /**
   * `operator`: a row that was deleted, restored or changed by hand is taken as it is. `earlier release`: one that writes
   * no revisions. Default: `service`.
   */
  readonly by?: "service" | "operator" | "earlier release";
  /** How far its writer's clock is ahead, in milliseconds. Default: 0. */
  readonly aheadMs?: number;
  /** How far its writer's clock may have jumped under its lease. Default: 0. */
  readonly jumpMs?: number;
  /** The writer's policy. Default: the one of the stored token. */
  readonly policy?: RenewalPolicy;
}

/**
 * Replays a history, in the order in which the writes took effect, against the protocol as documented. Returns a line for
 * each write that is none of its transitions.
 */
export function checkTransitions(writes: readonly ObservedWrite[]): string[] {
  const replay = new HistoryReplay();
  return writes.flatMap((write) => replay.violationOf(write) ?? []);
}

/** What is known of one item from its history. */
interface Past {
  readonly owners: Set<string>;
  readonly leaseEnds: Set<number>;
  writtenAt: number;
  /** When each lease was first seen, by its owner: a row that is restored brings an old one back. */
  readonly grantedAt: Map<string, number>;
  isEdited: boolean;
}

interface Match {
  readonly name: string;
  /** Null if the write is this transition. */
  readonly wrong: string | null;
}

type ReadItem = (item: Readonly<Item>) => TokenRecord | null;

function copyOf({ owners, leaseEnds, grantedAt, ...past }: Past): Past {
  return {
    ...past,
    owners: new Set(owners),
    leaseEnds: new Set(leaseEnds),
    grantedAt: new Map(grantedAt),
  };
}

/** A history, write by write. */
export class HistoryReplay {
  /** How often each transition was taken. */
  readonly taken = new Map<string, number>();
  readonly #pasts = new Map<string, Past>();
  readonly #recordIn: ReadItem;

  constructor(recordIn: ReadItem = (item) => readRecord({ ...item })) {
    this.#recordIn = recordIn;
  }

  /** A copy of this history, which continues independently. */
  fork(): HistoryReplay {
    const fork = new HistoryReplay(this.#recordIn);
    for (const [pk, past] of this.#pasts) fork.#pasts.set(pk, copyOf(past));
    return fork;
  }

  /** Adds a write that is known to be correct. */
  accept(write: ObservedWrite): void {
    remember(this.#pastOf(write), write);
  }

  /** Adds the next write, and returns what is wrong with it. */
  violationOf(write: ObservedWrite): string | null {
    const past = this.#pastOf(write);
    const { name, wrong } = write.by === "operator" ? byHand(write) : this.#match(write, past);
    remember(past, write);
    if (wrong) return `${write.pk}: ${wrong}`;
    this.taken.set(name, (this.taken.get(name) ?? 0) + 1);
    return null;
  }

  #match(write: ObservedWrite, past: Past): Match {
    const step = { ...write, at: write.at + (write.aheadMs ?? 0) - clockStepMs };
    if (write.pk.includes("/~consent/")) {
      return match(linkTransitions, write, linkStatesOf(step), step);
    }
    if (write.pk.includes("/~code/")) {
      return match(codeTransitions, write, codeStatesOf(step), step);
    }
    if (write.pk.includes("/~asked/")) {
      return match(askedTransitions, write, askedStatesOf(step), step);
    }
    return this.#matchRecord(write, past);
  }

  #matchRecord(write: ObservedWrite, past: Past): Match {
    if (!write.after) return { name: "", wrong: "only an operator deletes an item" };
    if (write.by === "earlier release") return earlier(recordStep(write, past, this.#recordIn));
    if (write.pk.includes("/~scope/")) {
      const step = claimStep(write, write.after, (owner) => this.#pasts.get(owner)?.leaseEnds);
      return match(claimTransitions, write, [claimedBefore(step), "Claimed"], step);
    }
    const step = recordStep(write, past, this.#recordIn);
    if (!past.isEdited && !tellsDoubt(step)) {
      return { name: "", wrong: "a doubt is written that releases before 0.2 do not see" };
    }
    const known = past.isEdited ? transitionsOfEditedRows : recordTransitions;
    return match(known, write, statesOf(step), step);
  }

  #pastOf({ pk, before }: ObservedWrite): Past {
    const known = this.#pasts.get(pk);
    if (known) return known;
    const past = {
      owners: new Set<string>(),
      leaseEnds: new Set<number>(),
      writtenAt: 0,
      grantedAt: new Map<string, number>(),
      isEdited: false,
    };
    this.#pasts.set(pk, past);
    rememberLease(past, before);
    return past;
  }
}

/** Its writes are not this release's to prove; but it takes no lease that is alive, and commits under its own only. */
function earlier({ before, after, at, leaseEndsAt }: RecordStep): Match {
  const name = "written by an earlier release";
  const [lease, next] = [before?.lease, after?.lease];
  const isTaken = lease != null && next != null && lease.owner !== next.owner;
  if (isTaken && at < leaseEndsAt) return { name, wrong: `${name}: over a lease that is alive` };
  const isNew = before?.token?.fingerprint !== after?.token?.fingerprint;
  const isUnleased = isNew && !(lease && !next);
  return { name, wrong: isUnleased ? `${name}: a token without its lease` : null };
}

const transitionsOfEditedRows = Object.fromEntries(
  Object.entries(recordTransitions).map(([name, { rules, ...transition }]) => {
    const kept = Object.entries(rules).filter(([rule]) => rulesOfEditedRows.has(rule));
    return [name, { ...transition, rules: Object.fromEntries(kept) }];
  }),
);

/** Changes by operators are not checked; the service has to handle what it finds. */
function byHand({ after }: ObservedWrite): Match {
  return { name: after ? "restored or edited" : "deleted", wrong: null };
}

const none: ReadonlySet<number> = new Set();

function remember(past: Past, { at, before, after, by }: ObservedWrite): void {
  const isCommit = before?.["tokenOwner"]?.S !== after?.["tokenOwner"]?.S;
  // Writes of an earlier release do not change the revision.
  if (by === "operator" || by === "earlier release") past.isEdited = true;
  else if (isCommit) past.isEdited = false;
  const owner = after?.["leaseOwner"]?.S;
  if (owner !== undefined && !past.grantedAt.has(owner)) past.grantedAt.set(owner, at);
  past.writtenAt = at;
  rememberLease(past, after);
}

function rememberLease({ owners, leaseEnds }: Past, item: Readonly<Item> | null): void {
  const owner = item?.["leaseOwner"]?.S;
  if (owner === undefined) return;
  owners.add(owner);
  leaseEnds.add(Number(item?.["leaseUntil"]?.N));
}

function recordStep(write: ObservedWrite, past: Past, recordIn: ReadItem): RecordStep {
  const { at, aheadMs = 0, jumpMs = 0, policy } = write;
  const [before, after] = [write.before, write.after].map((item) => item && recordIn(item));
  const issuedUnder = before?.token?.issuedUnder ?? after?.token?.issuedUnder;
  const grantedAt = past.grantedAt.get(before?.lease?.owner ?? "") ?? 0;
  const mayLose = policy ? isLossPossible(policy) : issuedUnder != null && lossy.has(issuedUnder);
  return {
    at: at + aheadMs,
    seenFrom: past.writtenAt + aheadMs,
    before: before ?? null,
    after: after ?? null,
    items: { before: write.before, after: write.after },
    // A writer whose clock has jumped may have decided before the jump.
    leaseEndsAt: leaseEndOf(before ?? null, grantedAt + aheadMs) - jumpMs,
    leaseWornOutAt: grantedAt + aheadMs + leaseDuration(before ?? null) - jumpMs,
    clockStepMs: clockStepMs + jumpMs,
    owners: past.owners,
    isLossPossible: mayLose,
  };
}

const lossy: ReadonlySet<string> = new Set(["at-expiry", "at-handover", "by-consent"]);

function leaseEndOf(record: TokenRecord | null, grantedAt: number): number {
  if (!record?.lease) return Number.NEGATIVE_INFINITY;
  const { since, until } = record.lease;
  const end = grantedAt + leaseDuration(record);
  return since <= until ? Math.min(Number(until), end) : end;
}

function leaseDuration(record: TokenRecord | null): number {
  if (!record?.lease) return 0;
  const lastsMs = Number(record.lease.until) - Number(record.lease.since);
  return lastsMs >= 0 ? Math.min(lastsMs, maxLeaseMs) : maxLeaseMs;
}

function statesOf({ before, after, at, leaseEndsAt }: RecordStep): [RecordState, RecordState] {
  const isAbandoned = before?.lease && at >= leaseEndsAt;
  return [isAbandoned ? "Abandoned" : stateOf(before), stateOf(after)];
}

function stateOf(record: TokenRecord | null): RecordState {
  if (!record) return "Empty";
  if (record.lease) return "Leased";
  if (isDoubted(record)) return "Doubted";
  if (record.failure) return "Failed";
  return record.token ? "Held" : "Empty";
}

function claimStep(
  { at, aheadMs = 0, jumpMs = 0, before }: ObservedWrite,
  item: Readonly<Item>,
  leaseEndsOf: (owner: string) => ReadonlySet<number> | undefined,
): ClaimStep {
  const after = claimOf(item);
  const leaseEnds = leaseEndsOf(after.owner) ?? none;
  const latest = at + aheadMs + clockStepMs + jumpMs;
  return { at: latest, before: before && claimOf(before), after, leaseEnds };
}

function claimedBefore({ before, after }: ClaimStep): ClaimState {
  if (!before) return "Unclaimed";
  return before.owner === after.owner ? "Claimed" : "Claimed by another";
}

function claimOf(item: Readonly<Item>): Claim {
  return { owner: item["scopeOwner"]?.S ?? "", until: Number(item["scopeUntil"]?.N ?? 0) };
}

/** The write's transition, or the closest one and how the write violates it. */
function match<State extends string, Step>(
  transitions: Readonly<Record<string, Transition<State, Step>>>,
  { before, after }: ObservedWrite,
  states: readonly [State, State],
  step: Step,
): Match {
  const changed = changesBetween(before, after);
  for (const [name, transition] of Object.entries(transitions)) {
    if (isTaken(transition, changed, states, step)) return { name, wrong: null };
  }
  return nearest(transitions, changed, states, step);
}

function isTaken<State, Step>(
  { from, to, changes, rules }: Transition<State, Step>,
  changed: readonly string[],
  [begins, ends]: readonly [State, State],
  step: Step,
): boolean {
  if (!from.includes(begins) || !to.includes(ends)) return false;
  if (!changed.every((attribute) => changes.includes(attribute))) return false;
  return Object.values(rules).every((holds) => holds(step));
}

function nearest<State extends string, Step>(
  transitions: Readonly<Record<string, Transition<State, Step>>>,
  changed: readonly string[],
  states: readonly [State, State],
  step: Step,
): Match {
  let match: Match = { name: "", wrong: "there are no transitions" };
  let least = Number.POSITIVE_INFINITY;
  for (const [name, transition] of Object.entries(transitions)) {
    const misplaced = misplacedStates(transition, states);
    const broken = brokenRules(transition, step);
    const unexpected = changed.filter((attribute) => !transition.changes.includes(attribute));
    const wrong = [...misplaced, ...broken, ...unexpected.map((name) => `${name} stays as it is`)];
    // The attributes after a write show best which transition was intended.
    const elsewhere = 4 * misplaced.length + (transition.to.includes(states[1]) ? 0 : 8);
    const distance = elsewhere + broken.length + Math.min(unexpected.length, 3);
    if (distance >= least) continue;
    least = distance;
    const told = `${states.join(" to ")} is no transition; of “${name}” it lacks: ${wrong.join("; ")}`;
    match = { name, wrong: told };
  }
  return match;
}

function misplacedStates<State extends string>(
  { from, to }: Pick<Transition<State, never>, "from" | "to">,
  [begins, ends]: readonly [State, State],
): string[] {
  return [
    ...(from.includes(begins) ? [] : [`it begins with ${from.join(" or ")}`]),
    ...(to.includes(ends) ? [] : [`it ends with ${to.join(" or ")}`]),
  ];
}

function brokenRules<Step>(
  { rules }: Pick<Transition<never, Step>, "rules">,
  step: Step,
): string[] {
  return Object.entries(rules).flatMap(([rule, holds]) => (holds(step) ? [] : [rule]));
}

function changesBetween(before: Readonly<Item> | null, after: Readonly<Item> | null): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  names.delete("pk");
  return [...names].filter((name) => !isSame(before?.[name], after?.[name]));
}
