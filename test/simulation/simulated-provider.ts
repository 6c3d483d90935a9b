import type { CallTimes } from "../../functions/model/clock.ts";
import { timeCall } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type { ConsentResult, GrantCredential } from "../../functions/model/consent.ts";
import type { Grant, Issued, NotIssued, RenewalPolicy } from "../../functions/model/provider.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { SimulatedGrants } from "./simulated-grants.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * How a call may go wrong. `slow` and `lost` take effect without anybody hearing of it; `late` does long after we have
 * hung up.
 */
export type ProviderFault =
  | "none"
  | "late"
  | "slow"
  | "lost"
  | "unreachable"
  | "throttled"
  | "failing"
  | "malformed";

export interface ProviderToken {
  readonly id: string;
  readonly expiresAt: number;
  /** Null for someone else's. */
  readonly call: ProviderCall | null;
  /** Set when a later issue killed it: that issue's call, or null for someone else's. */
  revokedBy: ProviderCall | null | undefined;
  revokedAt?: number;
}

/** One call, as the invariants see it. */
export interface ProviderCall {
  readonly process: SimulatedProcess;
  readonly connection: Connection;
  readonly secretVersion: string;
  /** The code or refresh token that it uses up, where a person has consented. */
  readonly uses: string | null;
  readonly startedAt: number;
  isInFlight: boolean;
  /** It takes effect after its sender has hung up. */
  readonly isLate: boolean;
}

/** How one process reaches the provider. */
export interface Way {
  readonly process: SimulatedProcess;
  readonly connection: Connection;
  readonly random: () => number;
  nextFault(): ProviderFault;
}

interface Observer {
  callBegins(call: ProviderCall): void;
  /** What its sender heard; never told of a call whose sender is gone. */
  callEnds(call: ProviderCall, result: Issued | NotIssued): void;
  tokenDies(token: ProviderToken, killer: ProviderCall): void;
  /** A sender heard of a token. */
  tokenHeard(token: ProviderToken, call: ProviderCall): void;
}

/** A provider with one revocation scope: takes effect when a request arrives, whatever becomes of its sender. */
export class SimulatedProvider {
  readonly tokens: ProviderToken[] = [];
  goodSecret = "1";
  readonly #time: VirtualTime;
  readonly #policy: RenewalPolicy;
  readonly #lifetimeMs: number;
  readonly #deadlineMs: number;
  readonly #observer: Observer;
  readonly #grants: SimulatedGrants;

  readonly #platform: string;

  constructor(
    time: VirtualTime,
    grants: SimulatedGrants,
    { policy, lifetimeMs, deadlineMs, platform }: Nature,
    observer: Observer,
  ) {
    this.#time = time;
    this.#grants = grants;
    this.#policy = policy;
    this.#lifetimeMs = lifetimeMs;
    this.#deadlineMs = deadlineMs;
    this.#platform = platform;
    this.#observer = observer;
  }

  issueForeign(): void {
    this.#issue(null);
  }

  /** A token that was issued before the world began. */
  issueEarlier(atMs: number): ProviderToken {
    const id = `t0${this.#platform}`;
    const expiresAt = atMs + this.#lifetimeMs;
    const token = { id, expiresAt, call: null, revokedBy: undefined };
    this.tokens.push(token);
    return token;
  }

  tokenOf(id: string): ProviderToken | undefined {
    return this.tokens.find((token) => token.id === id);
  }

  /** What a secret's version may issue, by way of one process. */
  grantFor(way: Way, secretVersion: string, authority: GrantCredential | null): Grant {
    const callsProvider = this.#policy.renewal !== "on-rotation" || this.#policy.hasProbe;
    return unprintable<Grant>({
      revocationScope: revokesOnIssue(this.#policy) ? this.#platform : null,
      callsProvider,
      issue: (signal) =>
        callsProvider
          ? this.#call(way, { secretVersion, authority }, signal)
          : Promise.resolve(this.#adopted(secretVersion, way.process.clock.now())),
    });
  }

  #adopted(secretVersion: string, now: Date): Issued {
    const { id } = this.#key(secretVersion, null);
    const lifetime = { kind: "unlimited", until: null } as const;
    const times = { expiresAt: null, requestedAt: now, receivedAt: now, consent: null };
    return { kind: "issued", token: new Sensitive(id), lifetime, ...times };
  }

  #key(secretVersion: string, call: ProviderCall | null): ProviderToken {
    const id = `key-${secretVersion}${this.#platform}`;
    const known = this.tokenOf(id);
    if (known) return known;
    const key = { id, expiresAt: Number.POSITIVE_INFINITY, call, revokedBy: undefined };
    this.tokens.push(key);
    return key;
  }

  async #call(
    way: Way,
    { secretVersion, authority }: Asking,
    signal: AbortSignal,
  ): Promise<Issued | NotIssued> {
    const fault = way.nextFault();
    const { process, connection } = way;
    const call = {
      ...{ process, connection, secretVersion },
      uses: authority && credentialOf(authority),
      startedAt: this.#time.now,
      isInFlight: true,
      isLate: fault === "late",
    };
    this.#observer.callBegins(call);
    const result = await this.#exchange(call, authority, way.random, fault, signal);
    this.#observer.callEnds(call, result);
    if (result.kind !== "issued") return result;
    const token = this.tokenOf(result.token.expose());
    if (token) this.#observer.tokenHeard(token, call);
    return result;
  }

  async #exchange(
    call: ProviderCall,
    authority: GrantCredential | null,
    random: () => number,
    fault: ProviderFault,
    signal: AbortSignal,
  ): Promise<Issued | NotIssued> {
    const { process } = call;
    const end = timeCall(process.clock);
    const thereMs = 5 + random() * Math.min(100, this.#deadlineMs / 4);
    const lateMs = fault === "late" ? this.#deadlineMs + random() ** 3 * 30_000 : 0;
    const backMs = fault === "slow" ? this.#deadlineMs * (1 + random()) : 5 + random() * 50;
    let effect: Effect | null = null;
    this.#time.after(thereMs + lateMs, () => {
      call.isInFlight = false;
      if (fault === "unreachable" || fault === "throttled" || fault === "failing") return;
      effect = this.#arrive(call, authority);
    });
    try {
      await process.io(thereMs + lateMs + backMs, signal);
    } catch {
      if (call.isLate) call.isInFlight = false;
      return notIssued("provider-unavailable", true);
    }
    return this.#heard(effect, fault, end());
  }

  /** What the provider makes of a request that reaches it. */
  #arrive(call: ProviderCall, authority: GrantCredential | null): Effect {
    if (call.secretVersion !== this.goodSecret) return { refusal: "credentials-rejected" };
    if (this.#policy.renewal === "on-rotation") {
      return { token: this.#key(call.secretVersion, call), consented: null };
    }
    if (!authority) return { token: this.#issue(call), consented: null };
    const redeemed = this.#grants.redeem(authority);
    if (!redeemed) return { refusal: "consent-required" };
    const token = this.#issue(call);
    this.#grants.gave(token.id, redeemed);
    return { token, consented: { ...redeemed, subject: null, customer: null } };
  }

  #heard(effect: Effect | null, fault: ProviderFault, times: CallTimes): Issued | NotIssued {
    if (effect && "refusal" in effect) return notIssued(effect.refusal, false);
    switch (fault) {
      case "unreachable":
      case "failing":
        return notIssued("provider-unavailable", false);
      case "throttled":
        return { ...notIssued("provider-throttled", false), retryAfterMs: 7000 };
      case "malformed":
        return notIssued("provider-malformed", true);
      case "lost":
        return notIssued("provider-unavailable", true);
      default:
        return this.#answer(effect, times);
    }
  }

  #answer(effect: Issue | null, times: CallTimes): Issued {
    if (!effect) throw new Error("The simulated provider answered before it issued.");
    const { token, consented } = effect;
    const isEndless = token.expiresAt === Number.POSITIVE_INFINITY;
    return {
      kind: "issued",
      token: new Sensitive(token.id),
      lifetime: isEndless
        ? { kind: "unlimited", until: null }
        : { kind: "stated", atLeastMs: this.#lifetimeMs, atMostMs: this.#lifetimeMs },
      expiresAt: isEndless ? null : new Date(token.expiresAt),
      ...times,
      consent: consented,
    };
  }

  #issue(call: ProviderCall | null): ProviderToken {
    const { now } = this.#time;
    const living = this.tokens.filter((old) => old.revokedBy === undefined && old.expiresAt > now);
    for (const old of revokesOnIssue(this.#policy) ? living : []) {
      if (call) this.#observer.tokenDies(old, call);
      old.revokedBy = call;
      old.revokedAt = now;
    }
    const token: ProviderToken = {
      id: `t${this.tokens.length + 1}${this.#platform}`,
      expiresAt: now + this.#lifetimeMs,
      call,
      revokedBy: undefined,
    };
    this.tokens.push(token);
    return token;
  }
}

interface Issue {
  readonly token: ProviderToken;
  readonly consented: ConsentResult | null;
}

type Effect = Issue | { readonly refusal: NotIssued["code"] };

interface Nature {
  readonly policy: RenewalPolicy;
  readonly lifetimeMs: number;
  readonly deadlineMs: number;
  /** What a new token revokes the tokens of. Ends every id. */
  readonly platform: string;
}

interface Asking {
  readonly secretVersion: string;
  readonly authority: GrantCredential | null;
}

function credentialOf(authority: GrantCredential): string {
  return authority.kind === "code" ? authority.code.expose() : authority.refreshToken.expose();
}

function notIssued(code: NotIssued["code"], mayHaveIssued: boolean): NotIssued {
  return { kind: "not-issued", code, detail: code, mayHaveIssued, retryAfterMs: null };
}
