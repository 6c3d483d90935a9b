import type { Connection } from "../../functions/model/connection.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import type { Issued, NotIssued, RenewalPolicy } from "../../functions/model/provider.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { ActingProcess } from "./actor-promises.ts";
import {
  checkCount,
  checkDoubt,
  checkLateDoubt,
  checkPatience,
  checkStored,
  checkTaker,
} from "./actor-promises.ts";
import { checkConsent, checkCredential } from "./consent-promises.ts";
import type { Call, ExploredProvider, ExploredToken } from "./explored-provider.ts";
import type { SealingKey } from "./explored-sealing.ts";
import { checkSealing } from "./explored-sealing.ts";
import type { Journey } from "./journey-promises.ts";
import { checkJourney } from "./journey-promises.ts";
import { isHeldBy } from "./record-lens.ts";

/** What has happened to one connection, as far as a promise may depend on it later. */
export interface ConnectionHistory {
  version: number;
  fence: number;
  /** Every version that was ever stored. */
  readonly committed: Record<number, string>;
  /** Versions that a caller has rejected. */
  readonly reported: number[];
  /** Codes that were sent. */
  readonly codes: string[];
  /** The refresh token that a disconnect removed last. */
  ended: { readonly process: string; readonly refresh: string } | null;
  lastFailure: {
    readonly code: NotIssued["code"];
    readonly at: number;
    readonly retryAfterMs: number | null;
    /** The version of the secret that was refused last, since the last issue. */
    readonly refusedVersion: string | null;
    readonly owner: string;
  } | null;
}

/** What the promises are about. */
interface ObservedWorld {
  readonly now: number;
  readonly policy: RenewalPolicy;
  readonly leaseMs: number;
  readonly provider: ExploredProvider;
  readonly key: SealingKey;
  readonly hadFault: boolean;
  /** The fingerprints that the log names. */
  readonly named: ReadonlySet<string>;
  record(connection: Connection): TokenRecord | null;
  records(): readonly TokenRecord[];
  isCrashed(process: string): boolean;
  actor(process: string): ActingProcess | undefined;
}

const shortestBackOffMs = 500;
/** Between two attempts to store a token. */
const longestPauseMs = 400;
const breakMs = 29_000;

/** Watches a run and says which promise of docs/protocol.md was broken first. Its memory is plain data. */
export class Promises {
  readonly violations: string[] = [];
  readonly histories: Record<string, ConnectionHistory>;
  readonly journey: Journey;
  readonly #world: ObservedWorld;

  constructor(
    world: ObservedWorld,
    histories: Record<string, ConnectionHistory>,
    journey: Journey,
  ) {
    this.#world = world;
    this.histories = histories;
    this.journey = journey;
  }

  require(holds: boolean, promise: string): void {
    if (!holds) this.violations.push(promise);
  }

  of(connection: Connection): ConnectionHistory {
    this.histories[connection] ??= {
      version: 0,
      fence: 0,
      committed: {},
      reported: [],
      codes: [],
      ended: null,
      lastFailure: null,
    };
    return this.histories[connection];
  }

  /** P2: whatever is written comes from who may write it, and nothing goes back. */
  recordWritten(
    process: string,
    connection: Connection,
    before: TokenRecord | null,
    after: TokenRecord | null,
  ): void {
    const history = this.of(connection);
    if (!after) {
      this.#recordRemoved(process, history, before);
      return;
    }
    this.require(after.version >= history.version, "P2: the version went back");
    this.require(after.fence >= history.fence, "P2: the fence went back");
    history.version = after.version;
    history.fence = after.fence;
    this.#checkLease(process, before, after);
    this.#checkToken(process, history, before, after);
    const actor = this.#world.actor(process);
    if (actor) checkStored(this, actor, before, after, this.#world.policy);
    checkDoubt(this, this.#callsOf(process).at(-1), before, after);
    this.#checkLateIssue(process, before, after);
    checkConsent(this, this.#world, before, after);
    checkSealing(this, this.#world.key, before, after);
    const refresh = before?.consent?.refresh?.fingerprint;
    if (refresh && !after.consent) history.ended = { process, refresh };
    this.#forgetUnstored(history, before, after);
    for (const call of this.#callsOf(process)) {
      if (call.connection === connection && call.isHeard) call.isHandled = true;
    }
  }

  /** P7: a holder whose lease lives on, and whom nothing disturbed, stores its token. */
  #checkLateIssue(process: string, before: TokenRecord | null, after: TokenRecord): void {
    const latest = after.ledger.at(-1);
    const { lease } = before ?? {};
    checkLateDoubt(this, this.#callsOf(process), after, this.#world.policy);
    if (latest?.outcome !== "late" || latest.owner !== lease?.owner) return;
    const isAlive = this.#world.now < lease.until.getTime() - longestPauseMs;
    const isDisturbed = this.#callsOf(process).some(({ isExcused }) => isExcused);
    this.require(!isAlive || isDisturbed, "P7: a holder gave its token up");
  }

  #recordRemoved(process: string, history: ConnectionHistory, before: TokenRecord | null): void {
    this.require(before?.version === 0, "P2: a record that had tokens was removed");
    this.require(isHeldBy(before, process), "P2: a record was removed without its lease");
    history.fence = 0;
  }

  #checkLease(process: string, before: TokenRecord | null, after: TokenRecord): void {
    const [had, has] = [before?.lease, after.lease];
    if (had?.owner === has?.owner) return;
    const isOver = !had || isHeldBy(before, process) || had.until.getTime() <= this.#world.now;
    this.require(isOver, "P1: a lease was ended before its time, and not by its holder");
    if (!has) return;
    this.require(isHeldBy(after, process), "P2: a lease was written for someone else");
    const actor = this.#world.actor(process);
    if (actor) checkTaker(this, actor, before, after, this.#world.now);
    this.#checkDoubt(process, before, after);
    this.require(after.fence > (before?.fence ?? 0), "P2: a lease was granted without a new fence");
  }

  /** P6: until a late issue has taken effect for certain, it may revoke the next token too. */
  #checkDoubt(process: string, before: TokenRecord | null, { connection }: TokenRecord): void {
    const { policy, now } = this.#world;
    const isEarly = Number(before?.doubtedAt ?? 0) >= now && revokesOnIssue(policy);
    // A lease that is taken only to end another's renews nothing.
    const isRenewal = !this.#world
      .records()
      .some((record) => record.connection !== connection && isHeldBy(record, process));
    this.require(!(isEarly && isRenewal), "P6: renewed while a late issue may still take effect");
  }

  #checkToken(
    process: string,
    history: ConnectionHistory,
    before: TokenRecord | null,
    after: TokenRecord,
  ): void {
    const [old, fresh] = [before?.token?.fingerprint, after.token?.fingerprint];
    if (old !== fresh) {
      this.require(isHeldBy(before, process), "P2: a token was changed without the lease");
    }
    if (!fresh) return;
    const stored = history.committed[after.version];
    this.require(stored === undefined || stored === fresh, "P2: a version was overwritten");
    history.committed[after.version] = fresh;
  }

  /** What a holder heard that vanished before it stored it, its successor cannot know. */
  #forgetUnstored(
    history: ConnectionHistory,
    before: TokenRecord | null,
    { lease }: TokenRecord,
  ): void {
    const vanished = before?.lease?.owner;
    const isTakenOver = vanished !== undefined && lease !== null && lease.owner !== vanished;
    if (isTakenOver && history.lastFailure?.owner === vanished) history.lastFailure = null;
  }

  #callsOf(process: string): Call[] {
    return this.#world.provider.state.calls.filter((call) => call.process === process);
  }

  callSent(call: Call): void {
    const record = this.#world.record(call.connection);
    const isHolder = isHeldBy(record, call.process) && this.#world.now < call.leaseEnds;
    this.require(isHolder, "P3: the provider was called without the lease");
    const isFirst = !this.#callsOf(call.process).some((other) => this.#isRepeated(call, other));
    this.require(isFirst, "P1: the provider was called twice under one lease");
    const actor = this.#world.actor(call.process);
    if (actor) checkCount(this, actor, call, this.#callsOf(call.process));
    const rival = this.#world.provider.state.calls.find((other) => this.#isRival(call, other));
    this.require(!rival, "P1: two calls in flight under live leases");
    if (record) this.#checkReason(call, record);
    checkCredential(this, call, record);
    checkJourney(this, call);
    this.#checkBackOff(call);
  }

  #isRepeated(call: Call, other: Call): boolean {
    return call !== other && call.owner === other.owner;
  }

  #isRival(call: Call, other: Call): boolean {
    const isSame = call.scope === null ? other.connection === call.connection : true;
    const isAlive = other !== call && other.phase === "sent" && this.#world.now < other.leaseEnds;
    return isSame && other.scope === call.scope && isAlive && !this.#world.isCrashed(other.process);
  }

  /** P4, P8: no call before its time, but for a rejection of what is held, a doubt, or a key that was refused. */
  #checkReason({ reason, connection, version, secretVersion }: Call, record: TokenRecord): void {
    const { now, policy } = this.#world;
    const { token, failure } = record;
    if (!token || isDoubted(record) || reason === "takeover" || reason === "consent") return;
    const isKeyRefused = failure?.refusedSecretVersion === token.secretVersion;
    if (policy.renewal === "on-rotation" && isKeyRefused && secretVersion !== token.secretVersion)
      return;
    if (reason === "rejected") {
      const { reported } = this.of(connection);
      this.require(reported.includes(version), "P8: asked anew for a version nobody rejected");
      this.require(this.#recentlyRejected(connection) < 3, "P8: rejections cause a revoke war");
      return;
    }
    const isPlanned = policy.renewal === "early" || policy.renewal === "by-consent";
    if (reason === "validity" && isPlanned) return;
    this.require(token.renewAt.getTime() <= now, `P4: asked before its time (${reason})`);
  }

  /** What counts is a renewal that a rejection caused and that was committed. */
  #recentlyRejected(connection: Connection): number {
    const since = this.#world.now - breakMs;
    const { calls } = this.#world.provider.state;
    const committed = Object.values(this.of(connection).committed);
    return calls.filter(
      ({ reason, token, leaseEnds, ...call }) =>
        call.connection === connection &&
        reason === "rejected" &&
        token !== null &&
        committed.includes(token) &&
        leaseEnds - this.#world.leaseMs >= since,
    ).length;
  }

  /** P9: a failure is everybody's, from when it was heard of. */
  #checkBackOff({ connection, reason, owner, secretVersion }: Call): void {
    const failure = this.of(connection).lastFailure;
    if (!failure || reason === "takeover" || reason === "consent" || owner === failure.owner)
      return;
    const isNew = secretVersion !== failure.refusedVersion;
    this.require(isNew, "P9: refused credentials were tried again");
    if (failure.code !== "credentials-rejected") {
      const waitedMs = this.#world.now - failure.at;
      const isPaused = waitedMs >= (failure.retryAfterMs ?? shortestBackOffMs);
      this.require(isPaused, "P9: the back-off was not shared");
    }
  }

  /** P1, P4: what somebody is told to use is killed only with a reason. */
  tokenKilled(victim: ExploredToken, killer: Call): void {
    const record = this.#world.record(victim.connection);
    const isHeld = record?.token?.fingerprint === victim.id && !isDoubted(record);
    const isUsable = Number(record?.token?.usableUntil ?? 0) > this.#world.now;
    if (!killer.isInLease || !isHeld || !isUsable) return;
    const isOwn = victim.connection === killer.connection;
    this.require(isOwn, "P1: two connections issue in one revocation scope");
    const isCaused = killer.reason === "rejected" || killer.reason === "takeover";
    this.require(isCaused, `P4: a usable token was killed (${killer.reason})`);
  }

  /** What its sender heard: an answer, or that there was none. */
  callHeard(call: Call, result: Issued | NotIssued): void {
    call.heardAt = this.#world.now;
    call.isUnheeded = result.kind === "not-issued" && result.code === "credentials-rejected";
    call.isInVain = result.kind === "not-issued" && !result.mayHaveIssued;
    if (result.kind === "issued") call.isHeard = true;
    else if (call.phase === "sent") this.#givenUp(call);
    const history = this.of(call.connection);
    // A server looks at our own credentials first: a code that came with refused ones is as good as new.
    const at = call.isUnheeded ? history.codes.indexOf(call.uses ?? "") : -1;
    if (at >= 0) history.codes.splice(at, 1);
    if (this.#world.record(call.connection)?.lease?.owner !== call.owner) return;
    if (result.kind === "issued") history.lastFailure = null;
    // A code that a person brought in vain says nothing of the connection.
    else if (call.reason !== "consent") this.#failed(history, call, result);
  }

  #givenUp(call: Call): void {
    call.phase = "given-up";
    const actor = this.#world.actor(call.process);
    if (actor) checkPatience(this, actor, call, this.#world.now);
  }

  #failed(
    history: ConnectionHistory,
    { owner, secretVersion }: Call,
    { code, retryAfterMs }: NotIssued,
  ): void {
    const refusedVersion =
      code === "credentials-rejected"
        ? secretVersion
        : (history.lastFailure?.refusedVersion ?? null);
    history.lastFailure = { code, at: this.#world.now, retryAfterMs, refusedVersion, owner };
  }

  /** Something kept a process from telling of a token that came late. */
  disturbed(process: string): void {
    for (const call of this.#callsOf(process)) if (call.isHeard) call.isExcused ||= !call.isHandled;
  }

  /** The tokens of a connection that everybody who looks at its record now can know to be dead. */
  knownDead(connection: Connection): string[] {
    const { tokens, calls } = this.#world.provider.state;
    const isKnown = ({ killedBy }: ExploredToken) => {
      const killer = killedBy === null ? null : calls[killedBy];
      // What another connection does is not in this one's record.
      return killer?.connection === connection && (killer.isInLease || killer.isHandled);
    };
    return tokens
      .filter((token) => token.connection === connection && isKnown(token))
      .map(({ id }) => id);
  }

  vended(
    credential: Credential,
    { minValiditySeconds, rejectedVersion }: VendRequest,
    knownDead: readonly string[],
  ): void {
    const { version, fingerprint, usableUntil, connection } = credential;
    const { now } = this.#world;
    const isStored = this.of(connection).committed[version] === fingerprint;
    this.require(isStored, "P7: vended before it was stored");
    const isOther = rejectedVersion === null || version > rejectedVersion;
    const isKey = this.#world.policy.renewal === "on-rotation";
    const { calls } = this.#world.provider.state;
    const isAnsweredAgain =
      calls.filter((call) => call.token === fingerprint && call.isHeard).length > 1;
    const isSettled = isOther || isKey || isAnsweredAgain;
    this.require(isSettled, "P8: a version was vended to who had rejected it");
    this.require(!knownDead.includes(fingerprint), "P6: a token known to be dead was vended");
    const token = this.#world.provider.tokenOf(fingerprint);
    this.require(!token || now < token.expiresAt, "P5: vended an expired token");
    if (!usableUntil) return;
    const leftMs = usableUntil.getTime() - now;
    this.require(leftMs > 0, "P4: vended past usableUntil");
    this.require(leftMs >= minValiditySeconds * 1000, "5.3: validity below the demand");
  }

  /** 5.5: who is told that a consent is stored can rely on it. */
  redeemed(connection: Connection, code: string): void {
    const stored = Object.values(this.of(connection).committed);
    const isStored = this.#world.provider.state.calls.some(
      ({ uses, token }) => uses === code && token !== null && stored.includes(token),
    );
    this.require(isStored, "5.5: a consent is said to be stored that is not");
  }

  /** P10: whoever fails with refused credentials knows no others. */
  refused(process: string, latestSecret: string | null): void {
    const sent = this.#callsOf(process).at(-1)?.secretVersion ?? latestSecret;
    this.require(sent === latestSecret, "P10: failed with credentials that had been replaced");
  }

  /** P2, P7: a process that is through has accounted for every token that it heard of. */
  ended(process: string): void {
    for (const call of this.#callsOf(process)) {
      if (!call.isHeard || !call.token) continue;
      call.isHandled ||= !call.isExcused;
      this.require(this.#isNamed(call), `P2: ${call.token} was issued and dropped silently`);
    }
  }

  #isNamed({ connection, token }: Call): boolean {
    if (!token || this.#world.named.has(token)) return true;
    const isStored = Object.values(this.of(connection).committed).includes(token);
    const { ledger = [] } = this.#world.record(connection) ?? {};
    return isStored || ledger.some(({ fingerprint }) => fingerprint === token);
  }
}
