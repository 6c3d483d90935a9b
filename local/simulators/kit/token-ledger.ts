import { fingerprintOf } from "./journal.ts";
import type { ReplyCredential } from "./reply.ts";
import type { SimulatorContext } from "./simulator-context.ts";

/** A token or key that the provider has issued. Instants are by the simulator's own clock, without skew. */
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
  /** A new token revokes the others of its revocation scope. */
  readonly revocationScope: string;
  readonly route?: string;
  readonly status?: number;
  readonly lifetimeMs?: number;
  readonly isForeign?: boolean;
}

export type CredentialState = "live" | "expired" | "revoked" | "unknown";

export interface TokenLedger {
  /** Takes effect at once. In a revoking ledger it revokes every live token of the revocation scope. */
  issue(request: IssueRequest): IssuedCredential;
  /** Adds a credential that was issued by other means. Leaves no journal entry. */
  register(request: IssueRequest): IssuedCredential;
  /** Returns the live token of a revocation scope again; undefined if there is none. */
  reissue(
    request: Omit<IssueRequest, "value">,
    lifetime: "as-it-was" | "extended",
  ): IssuedCredential | undefined;
  revoke(value: string): void;
  /** Undoes a revocation, for providers that can. */
  reinstate(value: string): void;
  expire(value: string): void;
  find(value: string): IssuedCredential | undefined;
  state(value: string): CredentialState;
  live(revocationScope: string): readonly IssuedCredential[];
}

export function createTokenLedger(
  context: SimulatorContext,
  onIssue: "revoke" | "coexist",
): TokenLedger {
  const { now, journal, settings } = context;
  const credentials = new Map<string, IssuedCredential>();
  const isLive = (token: IssuedCredential) => !token.isRevoked && now() < token.expiresAt;
  const live = (revocationScope: string) =>
    [...credentials.values()].filter(
      (token) => token.revocationScope === revocationScope && isLive(token),
    );

  function register(request: IssueRequest): IssuedCredential {
    const issuedAt = now();
    const credential: IssuedCredential = {
      value: request.value,
      fingerprint: fingerprintOf(request.value),
      clientId: request.clientId,
      revocationScope: request.revocationScope,
      isForeign: request.isForeign ?? false,
      issuedAt,
      expiresAt: issuedAt + (request.lifetimeMs ?? settings.lifetimeMs),
      isRevoked: false,
      wasRefused: false,
      wasDelivered: false,
    };
    credentials.set(request.value, credential);
    return credential;
  }

  function revoke(token: IssuedCredential): void {
    token.isRevoked = true;
    const { fingerprint, clientId, revocationScope } = token;
    journal.record({ kind: "revoke", fingerprint, clientId, revocationScope });
  }

  return {
    register,
    issue(request) {
      const liveTokens = live(request.revocationScope);
      const credential = register(request);
      journal.record({
        kind: "issue",
        ...identity(request),
        fingerprint: credential.fingerprint,
        ...(onIssue === "revoke" ? revokedByIssue(liveTokens) : {}),
        ...(request.isForeign ? { foreign: true } : {}),
      });
      if (onIssue === "revoke") for (const token of liveTokens) revoke(token);
      return credential;
    },
    reissue(request, lifetime) {
      const token = live(request.revocationScope).at(-1);
      if (token === undefined) return undefined;
      if (lifetime === "extended") {
        token.issuedAt = now();
        token.expiresAt = now() + settings.lifetimeMs;
      }
      const { fingerprint } = token;
      journal.record({ kind: "issue", ...identity(request), fingerprint, repeated: true });
      return token;
    },
    revoke(value) {
      const token = credentials.get(value);
      if (token && !token.isRevoked) revoke(token);
    },
    reinstate(value) {
      const token = credentials.get(value);
      if (token) token.isRevoked = false;
    },
    expire(value) {
      const token = credentials.get(value);
      if (token) token.expiresAt = now();
    },
    find: (value) => credentials.get(value),
    state(value) {
      const token = credentials.get(value);
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
    revocationScope,
    ...(route === undefined ? {} : { route }),
    ...(status === undefined ? {} : { status }),
  };
}

/** A refused token, or one of another issuer, does not make the issue early. */
function revokedByIssue(liveTokens: readonly IssuedCredential[]) {
  const lost = liveTokens.filter((token) => !token.wasRefused && !token.isForeign);
  const fingerprints = (tokens: readonly IssuedCredential[]) =>
    tokens.map((token) => token.fingerprint);
  return {
    revoked: fingerprints(liveTokens),
    early: lost.length > 0,
  };
}
