import type { ConsentResult, GrantCredential } from "../../functions/model/consent.ts";
import type {
  Grant,
  Issued,
  Issuer,
  NotIssued,
  RenewalPolicy,
} from "../../functions/model/provider.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { SimulatedGrants } from "./simulated-grants.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How a call may go wrong. `slow` and `lost` take effect without anybody hearing of it. */
export type ProviderFault =
  | "none"
  | "slow"
  | "lost"
  | "unreachable"
  | "throttled"
  | "failing"
  | "malformed";

export interface ProviderToken {
  readonly id: string;
  readonly expiresAt: number;
  readonly isForeign: boolean;
  /** Set when a later issue killed it: that issue's call, or null for someone else's. */
  revokedBy: ProviderCall | null | undefined;
}

/** One call, as the invariants see it. */
export interface ProviderCall {
  readonly process: SimulatedProcess;
  readonly secretVersion: string;
  /** The code or refresh token that it uses up, where a person has consented. */
  readonly uses: string | null;
  readonly startedAt: number;
  isInFlight: boolean;
}

interface Observer {
  callBegins(call: ProviderCall): void;
  /** What its sender heard; never told of a call whose sender is gone. */
  callEnds(call: ProviderCall, result: Issued | NotIssued): void;
  tokenDies(token: ProviderToken, killer: ProviderCall): void;
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

  constructor(
    time: VirtualTime,
    grants: SimulatedGrants,
    policy: RenewalPolicy,
    lifetimeMs: number,
    deadlineMs: number,
    observer: Observer,
  ) {
    this.#time = time;
    this.#grants = grants;
    this.#policy = policy;
    this.#lifetimeMs = lifetimeMs;
    this.#deadlineMs = deadlineMs;
    this.#observer = observer;
  }

  issueForeign(): void {
    this.#issue(null);
  }

  tokenOf(id: string): ProviderToken | undefined {
    return this.tokens.find((token) => token.id === id);
  }

  /** The issuer as one process has it. */
  issuerFor(
    process: SimulatedProcess,
    random: () => number,
    nextFault: () => ProviderFault,
  ): Issuer {
    const isStatic = this.#policy.renewal === "on-rotation";
    return {
      openGrant: (secret, authority) => {
        const secretVersion = secret.expose();
        const grant: Grant = {
          revocationScope: revokesOnIssue(this.#policy) ? "platform" : null,
          callsProvider: !isStatic,
          issue: (signal) =>
            isStatic
              ? this.#adopt(process, secretVersion)
              : this.#call(process, { secretVersion, authority }, random, nextFault(), signal),
        };
        return grant;
      },
    };
  }

  async #adopt(process: SimulatedProcess, secretVersion: string): Promise<Issued> {
    const id = `key-${secretVersion}`;
    const now = process.clock.now();
    if (!this.tokenOf(id)) {
      const expiresAt = Number.POSITIVE_INFINITY;
      this.tokens.push({ id, expiresAt, isForeign: false, revokedBy: undefined });
    }
    const lifetime = { kind: "unlimited", until: null } as const;
    const times = { expiresAt: null, requestedAt: now, receivedAt: now, consent: null };
    return { kind: "issued", token: new Sensitive(id), lifetime, ...times };
  }

  async #call(
    process: SimulatedProcess,
    { secretVersion, authority }: Asking,
    random: () => number,
    fault: ProviderFault,
    signal: AbortSignal,
  ): Promise<Issued | NotIssued> {
    const uses = authority && credentialOf(authority);
    const call = { process, secretVersion, uses, startedAt: this.#time.now, isInFlight: true };
    this.#observer.callBegins(call);
    const result = await this.#exchange(call, authority, random, fault, signal);
    this.#observer.callEnds(call, result);
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
    const requestedAt = process.clock.now();
    const thereMs = 5 + random() * Math.min(100, this.#deadlineMs / 4);
    const backMs = fault === "slow" ? this.#deadlineMs * (1 + random()) : 5 + random() * 50;
    let effect: Effect | null = null;
    this.#time.after(thereMs, () => {
      call.isInFlight = false;
      if (fault === "unreachable" || fault === "throttled" || fault === "failing") return;
      effect = this.#arrive(call, authority);
    });
    try {
      await process.io(thereMs + backMs, signal);
    } catch {
      return notIssued("provider-unavailable", true);
    }
    return this.#heard(effect, fault, requestedAt, process.clock.now());
  }

  /** What the provider makes of a request that reaches it. */
  #arrive(call: ProviderCall, authority: GrantCredential | null): Effect {
    if (call.secretVersion !== this.goodSecret) return { refusal: "credentials-rejected" };
    if (!authority) return { token: this.#issue(call), consented: null };
    const redeemed = this.#grants.redeem(authority);
    if (!redeemed) return { refusal: "consent-required" };
    const token = this.#issue(call);
    this.#grants.gave(token.id, redeemed);
    return { token, consented: { ...redeemed, subject: null, customer: null } };
  }

  #heard(
    effect: Effect | null,
    fault: ProviderFault,
    requestedAt: Date,
    receivedAt: Date,
  ): Issued | NotIssued {
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
        return this.#answer(effect, requestedAt, receivedAt);
    }
  }

  #answer(effect: Issue | null, requestedAt: Date, receivedAt: Date): Issued {
    if (!effect) throw new Error("The simulated provider answered before it issued.");
    const { token, consented } = effect;
    return {
      kind: "issued",
      token: new Sensitive(token.id),
      lifetime: { kind: "stated", atLeastMs: this.#lifetimeMs, atMostMs: this.#lifetimeMs },
      expiresAt: new Date(token.expiresAt),
      requestedAt,
      receivedAt,
      consent: consented,
    };
  }

  #issue(call: ProviderCall | null): ProviderToken {
    const { now } = this.#time;
    const living = this.tokens.filter((old) => old.revokedBy === undefined && old.expiresAt > now);
    for (const old of revokesOnIssue(this.#policy) ? living : []) {
      if (call) this.#observer.tokenDies(old, call);
      old.revokedBy = call;
    }
    const token: ProviderToken = {
      id: `t${this.tokens.length + 1}`,
      expiresAt: now + this.#lifetimeMs,
      isForeign: call === null,
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
