import { fingerprintOf } from "./journal.ts";
import type { ReplyCredential } from "./reply.ts";
import type { SimulatorContext } from "./simulator-context.ts";

/** A token or key that the provider knows. Instants are the simulator's own, unskewed. */
export interface IssuedCredential extends ReplyCredential {
  readonly clientId: string;
  readonly revocationScope: string;
  readonly isForeign: boolean;
  issuedAt: number;
  expiresAt: number;
  isRevoked: boolean;
  wasRefused: boolean;
}

export interface IssueRequest {
  readonly value: string;
  readonly clientId: string;
  /** What a new token ends the others of. */
  readonly revocationScope: string;
  readonly route?: string;
  readonly status?: number;
  readonly lifetimeMs?: number;
  readonly isForeign?: boolean;
}

export type CredentialState = "live" | "expired" | "revoked" | "unknown";

export interface TokenLedger {
  /** Takes effect at once: in a revoking ledger every live token of the scope dies here. */
  issue(order: IssueRequest): IssuedCredential;
  /** Makes a credential known that was handed out by other ways; leaves no journal entry. */
  register(order: IssueRequest): IssuedCredential;
  /** The live token of a scope again, or undefined when there is none. */
  reissue(
    order: Omit<IssueRequest, "value">,
    lifetime: "as-it-was" | "extended",
  ): IssuedCredential | undefined;
  revoke(value: string): void;
  /** Undoes a revocation, where a provider can. */
  reinstate(value: string): void;
  expire(value: string): void;
  find(value: string): IssuedCredential | undefined;
  state(value: string): CredentialState;
  live(scope: string): readonly IssuedCredential[];
}

export function createTokenLedger(
  world: SimulatorContext,
  onIssue: "revoke" | "coexist",
): TokenLedger {
  const { now, journal, settings } = world;
  const known = new Map<string, IssuedCredential>();
  const isLive = (token: IssuedCredential) => !token.isRevoked && now() < token.expiresAt;
  const live = (scope: string) =>
    [...known.values()].filter((token) => token.revocationScope === scope && isLive(token));

  function admit(order: IssueRequest): IssuedCredential {
    const issuedAt = now();
    const credential: IssuedCredential = {
      value: order.value,
      fingerprint: fingerprintOf(order.value),
      clientId: order.clientId,
      revocationScope: order.revocationScope,
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

  function revoke(token: IssuedCredential): void {
    token.isRevoked = true;
    const { fingerprint, clientId, revocationScope } = token;
    journal.record({ kind: "revoke", fingerprint, clientId, revocationScope: revocationScope });
  }

  return {
    register: admit,
    issue(order) {
      const alive = live(order.revocationScope);
      const credential = admit(order);
      journal.record({
        kind: "issue",
        ...identity(order),
        fingerprint: credential.fingerprint,
        ...(onIssue === "revoke" ? revokedByIssue(alive) : {}),
        ...(order.isForeign ? { foreign: true } : {}),
      });
      if (onIssue === "revoke") for (const token of alive) revoke(token);
      return credential;
    },
    reissue(order, lifetime) {
      const token = live(order.revocationScope).at(-1);
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
    reinstate(value) {
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

function identity({ clientId, revocationScope, route, status }: Omit<IssueRequest, "value">) {
  return {
    clientId,
    scope: revocationScope,
    ...(route === undefined ? {} : { route }),
    ...(status === undefined ? {} : { status }),
  };
}

/** A token that the API has refused, or that was never ours, is no loss. */
function revokedByIssue(alive: readonly IssuedCredential[]) {
  const missed = alive.filter((token) => !token.wasRefused && !token.isForeign);
  const fingerprints = (tokens: readonly IssuedCredential[]) =>
    tokens.map((token) => token.fingerprint);
  return {
    revoked: fingerprints(alive),
    early: missed.length > 0,
  };
}
