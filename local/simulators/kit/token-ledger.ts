import { fingerprintOf } from "./journal.ts";
import type { CarriedCredential } from "./reply.ts";
import type { World } from "./world.ts";

/** A token or key that the provider knows. Instants are the simulator's own, unskewed. */
export interface Credential extends CarriedCredential {
  readonly clientId: string;
  readonly scope: string;
  readonly isForeign: boolean;
  issuedAt: number;
  expiresAt: number;
  isRevoked: boolean;
  wasRefused: boolean;
}

export interface Order {
  readonly value: string;
  readonly clientId: string;
  /** What a new token ends the others of. */
  readonly scope: string;
  readonly route?: string;
  readonly status?: number;
  readonly lifetimeMs?: number;
  readonly isForeign?: boolean;
}

export type CredentialState = "live" | "expired" | "revoked" | "unknown";

export interface TokenLedger {
  /** Takes effect at once: in a revoking ledger every live token of the scope dies here. */
  issue(order: Order): Credential;
  /** Makes a credential known that was handed out by other ways; leaves no journal entry. */
  admit(order: Order): Credential;
  /** The live token of a scope again, or undefined when there is none. */
  repeat(order: Omit<Order, "value">, lifetime: "as-it-was" | "extended"): Credential | undefined;
  revoke(value: string): void;
  /** Undoes a revocation, where a provider can. */
  revive(value: string): void;
  expire(value: string): void;
  find(value: string): Credential | undefined;
  state(value: string): CredentialState;
  live(scope: string): readonly Credential[];
}

export function createTokenLedger(world: World, onIssue: "revoke" | "coexist"): TokenLedger {
  const { now, journal, settings } = world;
  const known = new Map<string, Credential>();
  const isLive = (token: Credential) => !token.isRevoked && now() < token.expiresAt;
  const live = (scope: string) =>
    [...known.values()].filter((token) => token.scope === scope && isLive(token));

  function admit(order: Order): Credential {
    const issuedAt = now();
    const credential: Credential = {
      value: order.value,
      fingerprint: fingerprintOf(order.value),
      clientId: order.clientId,
      scope: order.scope,
      isForeign: order.isForeign ?? false,
      issuedAt,
      expiresAt: issuedAt + (order.lifetimeMs ?? settings.lifetimeMs),
      isRevoked: false,
      wasRefused: false,
      wasDelivered: false,
    };
    known.set(order.value, credential);
    return credential;
  }

  function revoke(token: Credential): void {
    token.isRevoked = true;
    const { fingerprint, clientId, scope } = token;
    journal.record({ kind: "revoke", fingerprint, clientId, scope });
  }

  return {
    admit,
    issue(order) {
      const alive = live(order.scope);
      const credential = admit(order);
      journal.record({
        kind: "issue",
        ...identity(order),
        fingerprint: credential.fingerprint,
        ...(onIssue === "revoke" ? killing(alive) : {}),
        ...(order.isForeign ? { foreign: true } : {}),
      });
      if (onIssue === "revoke") for (const token of alive) revoke(token);
      return credential;
    },
    repeat(order, lifetime) {
      const token = live(order.scope).at(-1);
      if (token === undefined) return undefined;
      if (lifetime === "extended") {
        token.issuedAt = now();
        token.expiresAt = now() + settings.lifetimeMs;
      }
      const { fingerprint } = token;
      journal.record({ kind: "issue", ...identity(order), fingerprint, repeated: true });
      return token;
    },
    revoke(value) {
      const token = known.get(value);
      if (token && !token.isRevoked) revoke(token);
    },
    revive(value) {
      const token = known.get(value);
      if (token) token.isRevoked = false;
    },
    expire(value) {
      const token = known.get(value);
      if (token) token.expiresAt = now();
    },
    find: (value) => known.get(value),
    state(value) {
      const token = known.get(value);
      if (token === undefined) return "unknown";
      if (token.isRevoked) return "revoked";
      return isLive(token) ? "live" : "expired";
    },
    live,
  };
}

function identity({ clientId, scope, route, status }: Omit<Order, "value">) {
  return {
    clientId,
    scope,
    ...(route === undefined ? {} : { route }),
    ...(status === undefined ? {} : { status }),
  };
}

/** A token that the API has refused, or that was never ours, is no loss. */
function killing(alive: readonly Credential[]) {
  const missed = alive.filter((token) => !token.wasRefused && !token.isForeign);
  const fingerprints = (tokens: readonly Credential[]) => tokens.map((token) => token.fingerprint);
  return {
    revoked: fingerprints(alive),
    early: missed.length > 0,
  };
}
