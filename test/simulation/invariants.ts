import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { Credential } from "../../functions/model/credential.ts";
import type { Issued, NotIssued, RenewalPolicy } from "../../functions/model/provider.ts";
import type { RenewalReason, TokenRecord } from "../../functions/model/token-record.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { ProviderCall, ProviderToken } from "./simulated-provider.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A promise that a run has broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

interface ObservedCall extends ProviderCall {
  reason?: RenewalReason;
  owner?: string;
  leaseEnds?: number;
  isHandover?: boolean;
}

const shortestBackOffMs = 500;

const planned: ReadonlySet<RenewalReason | undefined> = new Set([
  "cold",
  "expired",
  "scheduled",
  "validity",
]);

/** Watches one connection's history and says which promise was broken first. */
export class Invariants {
  readonly violations: Violation[] = [];
  /** Something happened after which an outcome may be unknown. */
  hadMishap = false;
  readonly committed = new Map<number, string>();
  readonly reported = new Set<number>();
  readonly #time: VirtualTime;
  readonly #policy: RenewalPolicy;
  readonly #current: () => TokenRecord | null;
  readonly #calls: ObservedCall[] = [];
  #lastFailure: (NotIssued & { readonly call: ObservedCall; readonly at: number }) | null = null;
  #version = 0;
  #fence = 0;

  constructor(time: VirtualTime, policy: RenewalPolicy, current: () => TokenRecord | null) {
    this.#time = time;
    this.#policy = policy;
    this.#current = current;
  }

  get calls(): number {
    return this.#calls.length;
  }

  recordWritten(record: TokenRecord | null): void {
    if (!record) return;
    this.#require(record.version >= this.#version, "P2: the version went back");
    this.#require(record.fence >= this.#fence, "P2: the fence went back");
    this.#version = record.version;
    this.#fence = record.fence;
    if (!record.token) return;
    const before = this.committed.get(record.version);
    const { fingerprint } = record.token;
    this.#require(before === undefined || before === fingerprint, "P2: a version was overwritten");
    this.committed.set(record.version, fingerprint);
  }

  callBegins(call: ObservedCall): void {
    const record = this.#current();
    const lease = record?.lease;
    const isHolder = lease?.owner.startsWith(`${call.process.name}#`) ?? false;
    this.#require(isHolder, "P3: the provider was called without the lease");
    if (!record || !lease) return;
    call.reason = lease.reason;
    call.owner = lease.owner;
    const renewAt = record.token?.renewAt.getTime() ?? 0;
    call.isHandover =
      this.#policy.renewal === "at-handover" && renewAt <= this.#time.now + maxClockSkewMs;
    call.leaseEnds = lease.until.getTime() - call.process.skewMs;
    for (const other of this.#calls) {
      const isExpired = (other.leaseEnds ?? 0) <= this.#time.now + maxClockSkewMs;
      this.#require(!other.isInFlight || isExpired, "P1: two calls in flight under live leases");
    }
    this.#calls.push(call);
    this.#requireBackOff(call);
    this.#require(this.#recentlyRejected().size <= 3, "P8: rejections cause a revoke war");
  }

  /** The leases of the last half minute that a rejection caused. */
  #recentlyRejected(): Set<string | undefined> {
    const recent = this.#calls.filter(({ startedAt }) => this.#time.now - startedAt < 29_000);
    return new Set(recent.filter(({ reason }) => reason === "rejected").map(({ owner }) => owner));
  }

  callEnds(call: ObservedCall, result: Issued | NotIssued): void {
    // Whoever was overtaken tells nobody any more: only a holder's failure is shared.
    if (this.#current()?.lease?.owner !== call.owner) return;
    const isFailure = result.kind === "not-issued";
    this.#lastFailure = isFailure ? { ...result, call, at: this.#time.now } : null;
  }

  /** An issue of ours killed a token that was still alive. */
  tokenDies(token: ProviderToken, killer: ObservedCall): void {
    const isHeld = this.committed.get(this.#version) === token.id;
    if (token.isForeign || !isHeld) return;
    const reason = killer.reason;
    const isExcused =
      (killer.isHandover ?? false) ||
      (reason === "rejected" && this.reported.has(this.#version)) ||
      (reason === "takeover" && this.hadMishap);
    this.#require(isExcused, `P4: a live token was killed early (${reason})`);
  }

  vended(
    process: SimulatedProcess,
    credential: Credential,
    token: ProviderToken | undefined,
    minValiditySeconds: number,
  ): void {
    const { version, fingerprint, usableUntil } = credential;
    const now = this.#time.now;
    this.#require(this.committed.get(version) === fingerprint, "P7: vended before it was stored");
    this.#require(token !== undefined, "P7: vended a token that was never issued");
    const killer = token?.revokedBy as ObservedCall | null | undefined;
    const isKilledByPlan = killer != null && planned.has(killer.reason);
    this.#require(!isKilledByPlan, "P4: vended a token that our own renewal had killed");
    const isExpired = token !== undefined && token.expiresAt + maxClockSkewMs <= now;
    this.#require(!isExpired, "P5: vended an expired token");
    if (!usableUntil) return;
    const validityMs = usableUntil.getTime() - process.clock.now().getTime();
    this.#require(validityMs >= minValiditySeconds * 1000, "5.3: validity below the demand");
  }

  unanswered(process: SimulatedProcess): void {
    const isExcused = process.isCrashed || process.wasPaused;
    this.#require(isExcused, "5.3: a caller had no answer by its deadline");
  }

  defect(error: unknown): void {
    const what = error instanceof Error ? error.stack : String(error);
    this.#require(false, `5.3: a defect, not a problem: ${what}`);
  }

  notHealed(why: string): void {
    this.#require(false, `heals: ${why}`);
  }

  /** A failure is everybody's: judged by when it was heard of, not by what was stored about it. */
  #requireBackOff(call: ObservedCall): void {
    const failure = this.#lastFailure;
    if (!failure || call.reason === "takeover" || call.owner === failure.call.owner) return;
    if (failure.code === "credentials-rejected") {
      const isNew = call.secretVersion !== failure.call.secretVersion;
      this.#require(isNew, "P9: refused credentials were tried again");
    } else {
      const leastMs = failure.retryAfterMs ?? shortestBackOffMs;
      const waitedMs = this.#time.now - failure.at;
      this.#require(waitedMs + maxClockSkewMs >= leastMs, "P9: the back-off was not shared");
    }
  }

  #require(holds: boolean, promise: string): void {
    if (!holds) this.violations.push(new Violation(promise));
  }
}
