import type {
  LedgerEntry,
  RejectionLevel,
  TokenRecord,
} from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { Item } from "../../functions/store/attributes.ts";

/** One write to a connection's record, as the rules look at it. */
export interface RecordStep {
  /** When it took effect, by its writer's clock. */
  readonly at: number;
  /** The earliest instant, by the same clock, at which its writer can have seen what it replaced. */
  readonly seenFrom: number;
  readonly before: TokenRecord | null;
  readonly after: TokenRecord | null;
  readonly items: { readonly before: Item | null; readonly after: Item | null };
  /** When the lease that stood there ends for its writer: no later than its own duration after it was first seen. */
  readonly leaseEndsAt: number;
  /** When it has stood there for its own duration. */
  readonly leaseWornOutAt: number;
  /** How far the holder's clock may have stepped since it took the lease that stood there. */
  readonly clockStepMs: number;
  /** The owners of all leases that the record has had. */
  readonly owners: ReadonlySet<string>;
  /** An unknown or late issue may have ended what is stored. */
  readonly isLossPossible: boolean;
}

/** One write to a claim of a revocation scope. */
export interface ClaimStep {
  readonly at: number;
  readonly before: Claim | null;
  readonly after: Claim;
  /** When the leases end that the claim's new owner has taken so far. */
  readonly leaseEnds: ReadonlySet<number>;
}

export interface Claim {
  readonly owner: string;
  readonly until: number;
}

/** How far one clock may step between a look at the table and the write that follows. */
export const clockStepMs = 250;

/** Beyond it, an instant that is said to have passed cannot be (docs/architecture.md#impossible-instants). */
const possibleAheadMs = 1000;

/** Its writer may have read the instant as one that cannot be. */
export function isFromTheFuture({ seenFrom }: RecordStep, instant: Date): boolean {
  return Number(instant) > seenFrom + possibleAheadMs - clockStepMs;
}

export function keepsDoubt(step: RecordStep): boolean {
  const [before, after] = [step.before?.doubtedAt, step.after?.doubtedAt];
  if (!before || isFromTheFuture(step, before)) return true;
  return after != null && after >= before;
}

/** Releases before 0.2 do not read the instant. */
export function tellsDoubt({ after, items }: RecordStep): boolean {
  return !after || !isDoubted(after) || items.after?.["suspect"]?.BOOL === true;
}

/** A lease that is taken over may hide an issue; a consent's uses up nothing that is stored. */
export function hasCause(step: RecordStep): boolean {
  const { before, after, isLossPossible } = step;
  const [was, is] = [before?.doubtedAt, after?.doubtedAt];
  if (!is || Number(is) === Number(was)) return true;
  // One that cannot be is bounded to one of the stored token; where that cannot be either, the row says "suspect" only.
  const { requestedAt, issuedAt } = before?.token ?? {};
  const isSuspect = issuedAt && Number(is) === Number(issuedAt) && isFromTheFuture(step, issuedAt);
  const isBounded = isSuspect || Number(is) === Number(requestedAt);
  if (was && isBounded && isFromTheFuture(step, was)) return true;
  return isLossPossible && before?.lease != null && before.lease.reason !== "consent";
}

/** A token that has expired on arrival is a failure, but a new consent's is refreshed. */
export function endsFailure({ before, after }: RecordStep): boolean {
  const { failure = null, token, ledger = [] } = after ?? {};
  const hasEnded = (at: Date) => token?.usableUntil != null && token.usableUntil <= at;
  if (failure) return hasEnded(failure.at);
  const arrival = ledger.at(-1);
  const isArrival = arrival?.fingerprint === token?.fingerprint;
  const isExcused = !arrival || !isArrival || before?.lease?.reason === "consent";
  return isExcused || !hasEnded(arrival.at);
}

/** Whoever may still have a living token keeps others from issuing. */
export function keepsScope({ before, after, isLossPossible }: RecordStep): boolean {
  return !isLossPossible || before?.revocationScope == null || after?.revocationScope != null;
}

/** Due with its renewal while callers use it; later, only where a consent would lapse. */
export function keepsSchedule({ after }: RecordStep): boolean {
  const { token, consent } = after ?? {};
  if (!token) return true;
  const { due, keepAliveUntil: kept, renewAt } = token;
  const isUsed = kept !== null && renewAt <= kept;
  if (isUsed) return Number(due?.at) === Number(renewAt) && Number(due?.until) >= Number(kept);
  return due === null || (consent?.refresh != null && due.at < due.until && due.at > renewAt);
}

/** One entry more, of the lease that the record had (or, for a late one, once had); with null: none. */
export function addsOneEntry(
  { before, after, owners }: RecordStep,
  kind: "issued" | "failed" | "late" | null,
): boolean {
  const earlier = before?.ledger ?? [];
  const ledger = after?.ledger ?? [];
  if (kind === null) return isSame(ledger, earlier);
  const latest = ledger.at(-1);
  if (!latest) return false;
  const kept = ledger.slice(0, -1);
  const isAppended = isSame(kept, earlier.slice(earlier.length - kept.length));
  const isFull = kept.length === earlier.length || ledger.length === maxLedgerEntries;
  return isAppended && isFull && isOf(latest, kind, before, after, owners);
}

const maxLedgerEntries = 3;

function isOf(
  { owner, fence, outcome, fingerprint, version }: LedgerEntry,
  kind: "issued" | "failed" | "late",
  before: TokenRecord | null,
  after: TokenRecord | null,
  owners: ReadonlySet<string>,
): boolean {
  if (kind === "late") return outcome === "late" && owners.has(owner);
  const isHolders = owner === before?.lease?.owner && fence === before.fence;
  if (kind === "failed") return isHolders && outcome !== "issued" && outcome !== "late";
  const isTheToken = fingerprint === after?.token?.fingerprint && version === after?.version;
  return isHolders && outcome === "issued" && isTheToken;
}

export function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The version counts tokens: the same token, answered again, keeps it. */
export function versionCountsTokens({ before, after }: RecordStep): boolean {
  const isNew = before?.token?.fingerprint !== after?.token?.fingerprint;
  return after?.version === (before?.version ?? 0) + Number(isNew);
}

/**
 * A refresh token is replaced by one that came with this version, and is the same person's; only a new consent begins
 * another, and inherits nothing.
 */
export function keepsConsent({ before, after, clockStepMs: stepMs }: RecordStep): boolean {
  const [had, has] = [before?.consent, after?.consent];
  const [held, holds] = [had?.refresh, has?.refresh];
  if (before?.lease?.reason === "consent") {
    const isNew = Number(has?.consentedAt) >= Number(before.lease.since) - stepMs;
    return (!has || isNew) && (!holds || holds.version === after?.version);
  }
  const isSameConsent = !had || Number(has?.consentedAt) === Number(had.consentedAt);
  const isSamePerson = had?.subject == null || has?.subject === had.subject;
  if (!isSameConsent || !isSamePerson) return false;
  if (!holds) return !held;
  return holds.version === after?.version || holds.fingerprint === held?.fingerprint;
}

/** The level falls by one in five minutes, from three at most. */
const most = 3;
const fallsByOneInMs = 300_000;

/** A renewal that a rejection caused raises what is left of the level by one; no other changes it. */
export function countsRejection(step: RecordStep): boolean {
  const { before, after, clockStepMs: stepMs } = step;
  const [had, has] = [before?.rejections, after?.rejections];
  if (before?.lease?.reason !== "rejected") return Math.abs(levelOf(had) - levelOf(has)) < 0.001;
  const elapsedMs = Math.max(0, Number(has?.at) - Number(had?.at ?? has?.at));
  const left = Math.max(0, Math.min(levelOf(had), most) - elapsedMs / fallsByOneInMs);
  // One that cannot be counts from when it was read, and a clock that has jumped since has taken another for possible.
  const isBounded = had && isFromTheFuture(step, had.at);
  if (isBounded || stepMs > clockStepMs)
    return levelOf(has) >= 1 && levelOf(has) <= levelOf(had) + 1.001;
  return Math.abs(levelOf(has) - left - 1) < 0.001;
}

function levelOf(rejections: RejectionLevel | null | undefined): number {
  return rejections?.level ?? 0;
}

export function isConsentOver(record: TokenRecord | null): boolean {
  return record?.failure?.code === "consent-required";
}
