import type { Connection } from "../../functions/model/connection.ts";
import type { ConsentResult, GrantCredential } from "../../functions/model/consent.ts";
import type { Issued, NotIssued, RenewalPolicy } from "../../functions/model/provider.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { RenewalReason } from "../../functions/model/token-record.ts";
import type { SimulatedGrants } from "../simulation/simulated-grants.ts";

/** One call to the provider, and how far it has come. */
export interface Call {
  readonly process: string;
  readonly connection: Connection;
  readonly scope: string | null;
  readonly reason: RenewalReason;
  readonly owner: string;
  readonly leaseEnds: number;
  readonly secretVersion: string;
  /** The code or refresh token that it uses up. */
  readonly uses: string | null;
  /** The version that was held when it was sent. */
  readonly version: number;
  phase: "sent" | "given-up" | "acted" | "refused";
  /** It took effect while its lease was the connection's. */
  isInLease: boolean;
  token: string | null;
  /** Its process was told of its token. */
  isHeard: boolean;
  /** When its process was told, whatever it was. */
  heardAt: number | null;
  /** Its process has done since what is to be done about a token that came late. */
  isHandled: boolean;
  /** Something kept its process from that. */
  isExcused: boolean;
  /** The provider looked at our credentials, and no further. */
  isUnheeded: boolean;
  /** Its sender knows that nothing was issued. */
  isInVain: boolean;
}

export interface ExploredToken {
  readonly id: string;
  readonly connection: Connection;
  readonly scope: string | null;
  readonly expiresAt: number;
  /** The place of the call that killed it. */
  killedBy: number | null;
}

/** All that the provider knows, as plain data. */
export interface ProviderState {
  goodSecret: string;
  readonly tokens: ExploredToken[];
  readonly calls: Call[];
}

export interface ProviderNature {
  readonly policy: RenewalPolicy;
  readonly lifetimeMs: number;
  /** A token is answered again while it is alive. Default: every token is another. */
  readonly repeatsTokens?: boolean;
}

/** Takes effect when a request arrives, whatever has become of its sender. */
export class ExploredProvider {
  readonly state: ProviderState;
  readonly grants: SimulatedGrants;
  readonly #nature: ProviderNature;
  readonly #time: { readonly now: number };
  readonly #onKill: (victim: ExploredToken, killer: Call) => void;

  constructor(
    nature: ProviderNature,
    state: ProviderState,
    grants: SimulatedGrants,
    time: { readonly now: number },
    onKill: (victim: ExploredToken, killer: Call) => void,
  ) {
    this.#nature = nature;
    this.state = state;
    this.grants = grants;
    this.#time = time;
    this.#onKill = onKill;
  }

  tokenOf(id: string): ExploredToken | undefined {
    return this.state.tokens.find((token) => token.id === id);
  }

  isAlive(id: string): boolean {
    if (this.#nature.policy.renewal === "on-rotation") return id === keyOf(this.state.goodSecret);
    const token = this.tokenOf(id);
    return token !== undefined && token.killedBy === null && this.#time.now < token.expiresAt;
  }

  act(call: Call, credential: GrantCredential | null): Issued | NotIssued {
    if (call.secretVersion !== this.state.goodSecret) {
      call.phase = "refused";
      return failedIssue("credentials-rejected", false);
    }
    if (this.#nature.policy.renewal === "on-rotation") return this.#vouch(call);
    const consent = credential && this.grants.redeem(credential);
    if (credential && !consent) {
      call.phase = "refused";
      return failedIssue("consent-required", false);
    }
    const token = this.#issue(call);
    if (consent) this.grants.gave(token.id, consent);
    return this.#answer(
      token,
      consent && { ...consent, subject: subjectOf(credential), customer: null },
    );
  }

  #vouch(call: Call): Issued {
    call.phase = "acted";
    call.token = keyOf(call.secretVersion);
    return adopted(call.secretVersion, this.#time.now);
  }

  #issue(call: Call): ExploredToken {
    const { tokens, calls } = this.state;
    const latest = tokens.findLast(({ connection }) => connection === call.connection);
    if (this.#nature.repeatsTokens && latest && this.isAlive(latest.id)) {
      call.phase = "acted";
      call.token = latest.id;
      return latest;
    }
    const { now } = this.#time;
    const isKilled = (old: ExploredToken) =>
      old.scope === call.scope && old.killedBy === null && now < old.expiresAt;
    const killed = revokesOnIssue(this.#nature.policy) ? tokens.filter(isKilled) : [];
    for (const old of killed) {
      this.#onKill(old, call);
      old.killedBy = calls.indexOf(call);
    }
    const { connection, scope } = call;
    const expiresAt = now + this.#nature.lifetimeMs;
    const token = { id: `t${tokens.length + 1}`, connection, scope, expiresAt, killedBy: null };
    tokens.push(token);
    call.phase = "acted";
    call.token = token.id;
    return token;
  }

  #answer(token: ExploredToken, consent: ConsentResult | null): Issued {
    const now = new Date(this.#time.now);
    const lastsMs = token.expiresAt - Number(now);
    return {
      kind: "issued",
      token: new Sensitive(token.id),
      lifetime: { kind: "stated", atLeastMs: lastsMs, atMostMs: lastsMs },
      // Not every answer states it.
      expiresAt: this.state.tokens.indexOf(token) === 2 ? null : new Date(token.expiresAt),
      requestedAt: now,
      receivedAt: now,
      consent,
    };
  }
}

/** Whoever consents at this provider, which names them once. */
export const person = "a person";

function subjectOf(credential: GrantCredential | null): string | null {
  return credential?.kind === "code" ? person : null;
}

/** A static key, taken from its secret as it is. */
export function adopted(secretVersion: string, now: number): Issued {
  const at = new Date(now);
  const lifetime = { kind: "unlimited", until: null } as const;
  const token = new Sensitive(keyOf(secretVersion));
  const instants = { expiresAt: null, requestedAt: at, receivedAt: at };
  return { kind: "issued", token, lifetime, ...instants, consent: null };
}

export function keyOf(secretVersion: string): string {
  return `key-${secretVersion}`;
}

export function failedIssue(code: NotIssued["code"], mayHaveIssued: boolean): NotIssued {
  return { kind: "not-issued", code, detail: code, mayHaveIssued, retryAfterMs: null };
}
