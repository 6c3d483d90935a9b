import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { isByConsent, isLossPossible } from "../../functions/model/provider.ts";
import { commitReserveMs } from "../../functions/model/time-limits.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Call } from "./explored-provider.ts";
import { keyOf } from "./explored-provider.ts";

/** What a process is there for. */
export interface ActingProcess {
  /** It could not finish under a lease. */
  readonly isHurried: boolean;
  /** It renews for the schedule only. */
  readonly isScheduled: boolean;
  /** How long it was frozen in all. */
  readonly frozenMs: number;
  /** How many use cases it has begun. */
  readonly acts: number;
  /** The version of the secret that it read last. */
  readonly latestSecret: string | null;
}

interface Requirements {
  require(holds: boolean, promise: string): void;
}

/** P1, P4: who cannot finish does not begin, and the schedule renews what is due. */
export function checkTaker(
  promises: Requirements,
  { isHurried, isScheduled, latestSecret }: ActingProcess,
  before: TokenRecord | null,
  { lease }: TokenRecord,
  now: number,
): void {
  promises.require(!isHurried, "P1: a lease was taken that its holder cannot finish under");
  const due = before?.token?.due;
  const isDue = due != null && Number(due.at) <= now && now <= Number(due.until);
  promises.require(!isScheduled || isDue, "P4: the schedule renewed what was not due");
  const refused = refusedSecret(before);
  const isOther = latestSecret !== null && latestSecret !== refused;
  const isRenewal = lease?.reason !== "takeover" && lease?.reason !== "consent";
  const isExcused = refused === null || !isRenewal || isOther;
  promises.require(isExcused, "P9: a lease was taken without a look for another secret");
}

/** The version that the provider has refused, while no other has been tried. */
function refusedSecret(record: TokenRecord | null): string | null {
  const { refusedSecretVersion: refused = null, secretVersion: tried = null } =
    record?.failure ?? {};
  return tried === null || tried === refused ? refused : null;
}

/** P10: nobody is told that the credentials are refused once others have been sent, which the secret still has. */
export function checkRefusal(
  promises: Requirements,
  seen: TokenRecord | null,
  calls: readonly Call[],
  secret: string | null,
): void {
  const latest = seen?.ledger.at(-1);
  const call = calls.find(({ owner }) => owner === latest?.owner);
  const isOther = call && call.secretVersion !== seen?.failure?.refusedSecretVersion;
  const isReplaced = isOther && call.secretVersion === secret && !call.isUnheeded;
  promises.require(!isReplaced, "P10: refused with credentials that have been replaced since");
}

/** The schedule keeps no connection alive; a key is known by the secret that it came from; a dead token goes. */
export function checkStored(
  promises: Requirements,
  { isScheduled }: ActingProcess,
  before: TokenRecord | null,
  { token, failure, lease }: TokenRecord,
  { renewal }: RenewalPolicy,
): void {
  if (!token) return;
  const isReported = before?.lease?.reason === "rejected" && lease === null;
  const isOver = isReported && failure?.code === "consent-required";
  promises.require(!isOver, "P6: a token is kept that was reported, and whose consent is over");
  const isKept = Number(token.keepAliveUntil) <= Number(before?.token?.keepAliveUntil);
  promises.require(!isScheduled || isKept, "P4: the schedule keeps a connection alive by itself");
  const isItsOwn = renewal !== "on-rotation" || token.fingerprint === keyOf(token.secretVersion);
  promises.require(isItsOwn, "P10: a key is stored as another secret's");
}

/** P6: a refused call casts doubt on the key that it refused, and on nothing else: a valid token would be replaced. */
export function checkDoubt(
  promises: Requirements,
  latest: Call | undefined,
  before: TokenRecord | null,
  { lease, token, failure, doubtedAt }: TokenRecord,
): void {
  const isEnd = before?.lease != null && lease === null && latest?.owner === before.lease.owner;
  if (!isEnd || !latest.isInVain) return;
  const isRefused = failure?.code === "credentials-rejected";
  const isOfKey = isRefused && failure.secretVersion === token?.secretVersion;
  const isRefusedKey = token?.issuedUnder === "on-rotation" && isOfKey;
  const isNew = Number(doubtedAt) > Number(before?.doubtedAt);
  promises.require(!isNew || isRefusedKey, "P6: a doubt arises without a cause");
  promises.require(doubtedAt !== null || !isRefusedKey, "P6: a refused key is not in doubt");
}

/** P6: another process's clock may be behind, so a late issue casts doubt on what it requests soon after too. */
export function checkLateDoubt(
  promises: Requirements,
  calls: readonly Call[],
  { ledger, doubtedAt, consent }: TokenRecord,
  policy: RenewalPolicy,
): void {
  const latest = ledger.at(-1);
  if (latest?.outcome !== "late" || !isLossPossible(policy)) return;
  // Of a consent that has ended nothing is left to doubt.
  if (isByConsent(policy) && !consent) return;
  const heardAt = calls.find(({ owner }) => owner === latest.owner)?.heardAt;
  const isCovered = heardAt == null || Number(doubtedAt) >= heardAt + maxClockSkewMs;
  promises.require(isCovered, "P6: a late issue's doubt ends too early");
}

/** P1: who waits in vain gives up in time to tell the others before they may take over. */
export function checkPatience(
  promises: Requirements,
  { frozenMs }: ActingProcess,
  { leaseEnds }: Call,
  now: number,
): void {
  const isInTime = now - frozenMs <= leaseEnds - commitReserveMs;
  promises.require(isInTime, "P1: a call was waited for until the lease was over");
}

/** P8: a request causes one issue with one secret; only refused credentials are worth another. */
export function checkCount(
  promises: Requirements,
  { isScheduled, acts }: ActingProcess,
  { secretVersion }: Call,
  calls: readonly Call[],
): void {
  const heeded = calls.filter((call) => !call.isUnheeded && call.secretVersion === secretVersion);
  promises.require(isScheduled || heeded.length <= acts, "P8: one request asked twice");
}
