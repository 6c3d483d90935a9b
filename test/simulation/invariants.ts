import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import type { Issued, NotIssued, RenewalPolicy } from "../../functions/model/provider.ts";
import type {
  RenewalReason,
  StoredToken,
  TokenRecord,
} from "../../functions/model/token-record.ts";
import type { SimulatedGrants } from "./simulated-grants.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { ProviderCall, ProviderToken } from "./simulated-provider.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A promise that a run has broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** What befalls the world as a whole. */
export interface Circumstances {
  /** Something happened after which an outcome may be unknown. */
  hadMishap: boolean;
  /** How far two clocks may differ by which somebody acts, unless one jumps. */
  spreadMs: number;
  /** The one process that acts by a wrong clock; once, if AWS then corrects it. */
  wrongClock: { readonly process: SimulatedProcess; readonly isCorrected: boolean } | null;
}

interface ObservedCall extends ProviderCall {
  reason?: RenewalReason;
  owner?: string;
  leaseEnds?: number;
  isHandover?: boolean;
}

const shortestBackOffMs = 500;

/** How long a process's cache vends, and what may pass between its last answer and that. */
const longestMemoryMs = 31_000;

const planned: ReadonlySet<RenewalReason | undefined> = new Set([
  "cold",
  "expired",
  "scheduled",
  "validity",
]);

/** Watches one connection's history and says which promise was broken first. */
export class Invariants {
  readonly violations: Violation[] = [];
  readonly committed = new Map<number, string>();
  readonly reported = new Set<number>();
  readonly #time: VirtualTime;
  readonly #policy: RenewalPolicy;
  readonly #grants: SimulatedGrants;
  readonly #current: () => TokenRecord | null;
  readonly #codes = new Set<string>();
  #written: TokenRecord | null = null;
  readonly #calls: ObservedCall[] = [];
  #lastFailure: (NotIssued & { readonly call: ObservedCall; readonly at: number }) | null = null;
  /** Owners of leases that ended with a stored token. */
  readonly #committers = new Set<string | undefined>();
  readonly #circumstances: Circumstances;
  readonly #stored = new Set<string>();
  #version = 0;
  #isTouched = false;
  /** The process with the wrong clock has killed a token for another connection of the scope. */
  #isHitByWrong = false;
  /** In true time. */
  #leaseEnds = 0;
  #wrongLeases = 0;
  /** By a wrong clock, or from it: who was overtaken may issue late, and so cast doubt on the next token. */
  #wrongTakeovers = 0;
  /** The lease that the last of them took. */
  #takenOver: string | null = null;
  /** What a wrong clock has cost: issues of its own process, leases of others with their calls, issues of others. */
  readonly #costs = {
    own: new Set<ProviderCall>(),
    leases: new Set<unknown>(),
    issues: new Set<ProviderCall>(),
  };

  constructor(
    time: VirtualTime,
    policy: RenewalPolicy,
    grants: SimulatedGrants,
    current: () => TokenRecord | null,
    circumstances: Circumstances,
  ) {
    this.#time = time;
    this.#policy = policy;
    this.#grants = grants;
    this.#current = current;
    this.#circumstances = circumstances;
  }

  get calls(): number {
    return this.#calls.length;
  }

  /** An operator has deleted or changed the row, or brought an earlier one back: nobody can vouch for it any more. */
  rowChanged(record: TokenRecord | null, isSameRow: boolean): void {
    // A version is never used twice, whatever becomes of the number: the ledger has it too, but not a key's that nobody is
    // asked about, and not if it is damaged as well.
    const isNumbered = isSameRow && !this.#isTouched && this.#policy.renewal !== "on-rotation";
    this.#isTouched = true;
    if (!isNumbered) this.committed.clear();
    this.#lastFailure = null;
    this.#written = record;
    this.#version = record?.version ?? 0;
    if (record?.token && !isNumbered) this.committed.set(record.version, record.token.fingerprint);
  }

  recordWritten(record: TokenRecord, writerAheadMs: number): void {
    this.#version = record.version;
    this.#mindLease(record, writerAheadMs);
    this.#requireConsentKept(this.#written, record);
    this.#forgetUnstored(this.#written, record);
    this.#written = record;
    if (!record.token) return;
    this.#committers.add(record.token.committedBy);
    const before = this.committed.get(record.version);
    const { fingerprint } = record.token;
    this.#stored.add(fingerprint);
    this.#require(before === undefined || before === fingerprint, "P2: a version was overwritten");
    this.committed.set(record.version, fingerprint);
  }

  #mindLease({ lease }: TokenRecord, writerAheadMs: number): void {
    const before = this.#written?.lease?.owner ?? "";
    if (!lease || lease.owner === before) return;
    this.#leaseEnds = lease.until.getTime() - writerAheadMs;
    const isWrongs = this.#isWrongs(lease.owner);
    if (isWrongs) this.#wrongLeases += 1;
    if (!before || !(isWrongs || this.#isWrongs(before))) return;
    this.#wrongTakeovers += 1;
    this.#takenOver = lease.owner;
  }

  /** What a holder heard that vanished before it stored it, its successor cannot know. */
  #forgetUnstored(before: TokenRecord | null, { lease }: TokenRecord): void {
    const vanished = before?.lease?.owner;
    const isTakenOver = vanished !== undefined && lease !== null && lease.owner !== vanished;
    if (isTakenOver && this.#lastFailure?.call.owner === vanished) this.#lastFailure = null;
  }

  #requireConsentKept(before: TokenRecord | null, after: TokenRecord): void {
    const [held, holds] = [before, after].map((record) => record?.consent?.refresh?.fingerprint);
    const given = after.token && this.#grants.givenWith(after.token.fingerprint);
    const isNew = after.token?.fingerprint !== before?.token?.fingerprint;
    if (isNew && given) this.#expect(holds === given, "P7: a refresh token was not stored");
    const isRefused = after.failure?.code === "consent-required";
    this.#require(!(isRefused && holds), "P9: a refused refresh token was kept, to be sent again");
    if (!held || held === holds) return;
    const isReplaced = before?.lease?.reason === "consent";
    const isLost = !isReplaced && this.#grants.isCurrent(held);
    this.#expect(!isLost, "P6: a refresh token was given up that the provider still takes");
    if (holds || isReplaced || !this.#grants.wasReplaced(held)) return;
    const isNamed = after.failure?.detail.includes("was lost") ?? false;
    this.#expect(isNamed, "P6: a refresh token was lost, and nobody is told");
  }

  /** A code is used once; a refresh token only while it is the one that is stored. */
  #requireUnused(call: ObservedCall, record: TokenRecord): void {
    const { uses, reason } = call;
    if (uses === null) return;
    if (reason === "consent") {
      this.#require(!this.#codes.has(uses), "P1: a code was sent twice");
      this.#codes.add(uses);
    } else {
      const isStored = record.consent?.refresh?.fingerprint === uses;
      this.#expectByClock(
        isStored,
        "P2: a refresh token was sent that is not the stored one",
        call,
      );
    }
  }

  callBegins(call: ObservedCall): void {
    const record = this.#current();
    const lease = record?.lease;
    const isHolder = lease?.owner.startsWith(`${call.process.name}.`) ?? false;
    this.#expectByClock(isHolder, "P3: the provider was called without the lease", call);
    if (!record || !lease || !isHolder) return;
    call.reason = lease.reason;
    call.owner = lease.owner;
    call.isHandover = isHandover(record.token, this.#time.now + this.#circumstances.spreadMs);
    call.leaseEnds = this.#leaseEnds;
    for (const other of this.#calls) {
      const isExpired = (other.leaseEnds ?? 0) <= this.#time.now + maxClockSkewMs;
      const isAlone = !other.isInFlight || isExpired;
      this.#expectByClock(isAlone, "P1: two calls in flight under live leases", call, other);
    }
    this.#calls.push(call);
    this.#requireUnused(call, record);
    this.#requireBackOff(call);
    // A static key has no circuit breaker: nothing is revoked. What a wrong clock has dated, the breaker may forget.
    const hasBreaker = this.#policy.renewal !== "on-rotation";
    const isWar = hasBreaker && this.#recentlyRejected(call).size > 3 + this.#allowance;
    this.#expectByClock(!isWar, "P8: rejections cause a revoke war", call);
  }

  /** The leases of almost five minutes that a rejection caused: this call's, and those that replaced a token. */
  #recentlyRejected(call: ObservedCall): Set<string | undefined> {
    const recent = this.#calls.filter(
      ({ reason, startedAt, owner }) =>
        reason === "rejected" &&
        this.#time.now - startedAt < 290_000 &&
        (owner === call.owner || this.#committers.has(owner)),
    );
    return new Set(recent.map(({ owner }) => owner));
  }

  callEnds(call: ObservedCall, result: Issued | NotIssued): void {
    // A server looks at our own credentials first: a code that came with refused ones is as good as new.
    const isUnused = result.kind === "not-issued" && result.code === "credentials-rejected";
    if (isUnused && call.uses) this.#codes.delete(call.uses);
    // Whoever was overtaken tells nobody any more: only a holder's failure is shared.
    if (!call.owner || this.#current()?.lease?.owner !== call.owner) return;
    const isFailure = result.kind === "not-issued";
    // A code that a person brought in vain says nothing of the connection.
    if (isFailure && call.reason === "consent") return;
    this.#lastFailure = isFailure ? { ...result, call, at: this.#time.now } : null;
  }

  /** An issue of ours killed a token that was still alive. */
  tokenDies(token: ProviderToken, killer: ObservedCall): void {
    const isHeld = this.#written?.token?.fingerprint === token.id;
    if (!token.call || !isHeld || killer.isLate) return;
    const isOurs = token.call.connection === killer.connection;
    if (isOurs && this.#isKillingExcused(killer)) return;
    const earlyMs = token.expiresAt - this.#time.now;
    const isEarly = earlyMs > this.#circumstances.spreadMs - maxClockSkewMs;
    if (isEarly && !isOurs && this.#isOfWrong(killer) && !this.#isHitByWrong) {
      // Its leases are another connection's, and are not counted here.
      this.#isHitByWrong = true;
      return;
    }
    this.#expectByClock(!isEarly, `P4: a live token was killed early (${killer.reason})`, killer);
  }

  #isKillingExcused({ reason, isHandover = false }: ObservedCall): boolean {
    if (reason === "rejected") return this.reported.has(this.#version);
    return isHandover || (reason === "takeover" && this.#circumstances.hadMishap);
  }

  #isWrongs(owner: string): boolean {
    const name = this.#circumstances.wrongClock?.process.name;
    return name !== undefined && owner.startsWith(`${name}.`);
  }

  vended(
    process: SimulatedProcess,
    credential: Credential,
    token: ProviderToken | undefined,
    {
      minValiditySeconds,
      rejectedVersion,
    }: Pick<VendRequest, "minValiditySeconds" | "rejectedVersion">,
  ): void {
    const { version, fingerprint, usableUntil } = credential;
    this.#requireNew(process, version, rejectedVersion);
    const now = this.#time.now;
    const { wrongClock, spreadMs } = this.#circumstances;
    // After a restore versions are counted anew, and processes may still hold earlier tokens.
    const isStored = this.#isTouched
      ? this.#stored.has(fingerprint)
      : this.committed.get(version) === fingerprint;
    this.#require(isStored, "P7: vended before it was stored");
    this.#require(token !== undefined, "P7: vended a token that was never issued");
    const killer = token?.revokedBy as ObservedCall | null | undefined;
    const isKilledByPlan =
      killer != null &&
      planned.has(killer.reason) &&
      !killer.isLate &&
      !this.#isTouched &&
      now - (token?.revokedAt ?? now) >= spreadMs - maxClockSkewMs;
    if (killer) {
      this.#expectByClock(
        !isKilledByPlan,
        "P4: vended a token that our own renewal had killed",
        killer,
      );
    }
    const isExpired = token !== undefined && token.expiresAt + spreadMs <= now;
    const isByWrong = wrongClock && [process, token?.call?.process].includes(wrongClock.process);
    this.#require(!isExpired || isByWrong === true, "P5: vended an expired token");
    if (!usableUntil) return;
    const validityMs = usableUntil.getTime() - process.clock.now().getTime();
    this.#require(validityMs >= minValiditySeconds * 1000, "5.3: validity below the demand");
  }

  #requireNew(process: SimulatedProcess, version: number, rejectedVersion: number | null): void {
    const isOther = rejectedVersion === null || version > rejectedVersion;
    const isKey = this.#policy.renewal === "on-rotation";
    this.#expect(isOther || isKey, "P8: a version was vended to who had rejected it");
    const isRecent = this.#time.now - process.answeredAt <= longestMemoryMs || process.wasPaused;
    this.#require(isRecent, "P3: vended from a memory of more than half a minute");
  }

  unanswered(process: SimulatedProcess): void {
    const isExcused = process.isCrashed || process.wasPaused;
    this.#require(isExcused, "5.3: a caller had no answer by its deadline");
  }

  defect(error: unknown): void {
    const what = error instanceof Error ? error.stack : String(error);
    this.#require(false, `5.3: a defect, not a problem: ${what}`);
  }

  foundDamage(): void {
    const isDamaged = this.#isTouched || this.#circumstances.wrongClock !== null;
    this.#require(isDamaged, "P14: a record was read as damaged that nobody had damaged");
  }

  /** Nothing fails in this world, but for one clock: each of its leases may make one holder begin again. */
  refusedInCalm(code: string): void {
    // To a clock that jumps during the call, a token has expired on arrival; to one that jumps before it, no time is left for
    // it. The others wait for its back-off.
    const costs = ["renewal-in-progress", "provider-malformed", "secret-unavailable"];
    const isOvertaken = costs.includes(code) && this.#circumstances.wrongClock;
    if (isOvertaken) this.#costs.leases.add(this.#takenOver ?? this.#written?.lease?.owner);
    const isPaid = isOvertaken && this.#costs.leases.size <= this.#allowance;
    this.#require(
      isPaid === true,
      `P14: a caller was refused (${code}) although nothing had failed`,
    );
  }

  notHealed(why: string): void {
    this.#require(false, `heals: ${why}`);
  }

  /** A failure is everybody's: judged by when it was heard of, not by what was stored about it. */
  #requireBackOff(call: ObservedCall): void {
    const failure = this.#lastFailure;
    const isNoRepeat = call.reason === "takeover" || call.reason === "consent";
    if (!failure || this.#isOfWrong(call) || this.#isOfWrong(failure.call)) return;
    if (isNoRepeat || call.owner === failure.call.owner) return;
    if (failure.code === "credentials-rejected") {
      const isNew = call.secretVersion !== failure.call.secretVersion;
      this.#require(isNew, "P9: refused credentials were tried again");
    } else {
      const leastMs = failure.retryAfterMs ?? shortestBackOffMs;
      const waitedMs = this.#time.now - failure.at + this.#circumstances.spreadMs;
      // A wrong clock may take a lease during it, and then fail with a shorter one.
      this.#expectByClock(waitedMs >= leastMs, "P9: the back-off was not shared", call);
    }
  }

  /** What holds unless somebody has changed the row by hand. */
  #expect(holds: boolean, promise: string): void {
    this.#require(holds || this.#isTouched, promise);
  }

  /** What holds but for a wrong clock: it costs the others one lease, and its call, and one issue. Counts what `of` lost. */
  #expectByClock(holds: boolean, promise: string, call: ObservedCall, of = call): void {
    if (holds) return;
    const kind = this.#kindOfCost(call, of);
    if (kind === "leases") this.#costs.leases.add(this.#takenOver ?? of);
    else this.#costs[kind].add(of);
    // Who was overtaken issues late, and casts doubt on the token that was issued meanwhile.
    const more = kind === "leases" ? 0 : this.#wrongTakeovers;
    const isCorrected = this.#circumstances.wrongClock?.isCorrected === true;
    const most = this.#allowance + (isCorrected ? Math.min(1, more) : more);
    this.#expect(this.#costs[kind].size <= most, promise);
  }

  #kindOfCost(call: ObservedCall, of: ObservedCall): "own" | "leases" | "issues" {
    const isOfWrong = this.#isOfWrong(call);
    // Whom it overtakes during a call loses a lease; what its own call replaces is another matter.
    if (isOfWrong) return this.#isOfWrong(of) ? "own" : "leases";
    return call.owner ? "issues" : "leases";
  }

  /** Once, if AWS corrects the clock; else for each lease that its process takes. */
  get #allowance(): number {
    const { wrongClock } = this.#circumstances;
    if (!wrongClock) return 0;
    return wrongClock.isCorrected ? 1 : this.#wrongLeases;
  }

  #isOfWrong({ process }: ProviderCall): boolean {
    return process === this.#circumstances.wrongClock?.process;
  }

  #require(holds: boolean, promise: string): void {
    if (!holds) this.violations.push(new Violation(promise));
  }
}

/** Whether the provider's own handover is due: earlier releases do not say under which policy they issued. */
function isHandover(token: StoredToken | null, now: number): boolean {
  if (!token || Number(token.renewAt) > now) return false;
  const isPlanned = token.expiresAt !== null && token.renewAt < token.expiresAt;
  return token.issuedUnder === "at-handover" || (token.issuedUnder === null && isPlanned);
}
