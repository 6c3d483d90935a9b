import type {
  Grant,
  Issued,
  Issuer,
  NotIssued,
  RenewalPolicy,
} from "../../functions/model/provider.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
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

  constructor(
    time: VirtualTime,
    policy: RenewalPolicy,
    lifetimeMs: number,
    deadlineMs: number,
    observer: Observer,
  ) {
    this.#time = time;
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
      grantFrom: (secret) => {
        const secretVersion = secret.expose();
        const grant: Grant = {
          revocationScope: revokesOnIssue(this.#policy) ? "platform" : null,
          callsProvider: !isStatic,
          issue: (signal) =>
            isStatic
              ? this.#adopt(process, secretVersion)
              : this.#call(process, secretVersion, random, nextFault(), signal),
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
    const times = { expiresAt: null, requestedAt: now, receivedAt: now, consented: null };
    return { kind: "issued", token: new Sensitive(id), lifetime, ...times };
  }

  async #call(
    process: SimulatedProcess,
    secretVersion: string,
    random: () => number,
    fault: ProviderFault,
    signal: AbortSignal,
  ): Promise<Issued | NotIssued> {
    const call = { process, secretVersion, startedAt: this.#time.now, isInFlight: true };
    this.#observer.callBegins(call);
    const result = await this.#exchange(call, random, fault, signal);
    this.#observer.callEnds(call, result);
    return result;
  }

  async #exchange(
    call: ProviderCall,
    random: () => number,
    fault: ProviderFault,
    signal: AbortSignal,
  ): Promise<Issued | NotIssued> {
    const { process, secretVersion } = call;
    const requestedAt = process.clock.now();
    const thereMs = 5 + random() * Math.min(100, this.#deadlineMs / 4);
    const backMs = fault === "slow" ? this.#deadlineMs * (1 + random()) : 5 + random() * 50;
    let token: ProviderToken | null = null;
    let isRefused = false;
    this.#time.after(thereMs, () => {
      call.isInFlight = false;
      if (fault === "unreachable" || fault === "throttled" || fault === "failing") return;
      isRefused = secretVersion !== this.goodSecret;
      if (!isRefused) token = this.#issue(call);
    });
    try {
      await process.io(thereMs + backMs, signal);
    } catch {
      return notIssued("provider-unavailable", true);
    }
    if (isRefused) return notIssued("credentials-rejected", false);
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
        return this.#answer(token, requestedAt, process.clock.now());
    }
  }

  #answer(token: ProviderToken | null, requestedAt: Date, receivedAt: Date): Issued {
    if (!token) throw new Error("The simulated provider answered before it issued.");
    return {
      kind: "issued",
      token: new Sensitive(token.id),
      lifetime: { kind: "stated", atLeastMs: this.#lifetimeMs, atMostMs: this.#lifetimeMs },
      expiresAt: new Date(token.expiresAt),
      requestedAt,
      receivedAt,
      consented: null,
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

function notIssued(code: NotIssued["code"], mayHaveIssued: boolean): NotIssued {
  return { kind: "not-issued", code, detail: code, mayHaveIssued, retryAfterMs: null };
}
