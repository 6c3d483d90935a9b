import type { GrantCredential } from "../model/consent.ts";
import type { NotIssued } from "../model/provider.ts";
import { isAbsent } from "./lifetime.ts";
import { malformed } from "./not-issued.ts";
import { signingKeys } from "./signing-keys.ts";
import type { IssuerContext } from "./token-exchange.ts";

interface Identifier {
  /**
   * Fetches the keys, or says why they cannot be had: a code or refresh token is not spent on an answer that nobody
   * could verify. For a refresh any that are held will do: its answer need not have an ID token.
   */
  prepare(authority: GrantCredential, signal: AbortSignal): Promise<NotIssued | null>;
  /** Who a person is, as a verified ID token says; null where there is none and none is due. */
  identify(
    clientId: string,
    idToken: unknown,
    authority: GrantCredential,
    signal: AbortSignal,
  ): Promise<string | null | NotIssued>;
}

interface OpenIdSettings {
  readonly issuer?: string | undefined;
  readonly jwksUrl?: string | undefined;
}

/** Without an issuer nobody is identified. What verifies is loaded with the first ID token. */
export function identifierOf({ issuer, jwksUrl }: OpenIdSettings, wire: IssuerContext): Identifier {
  if (issuer === undefined || jwksUrl === undefined) return noIdentity;
  const keys = signingKeys(jwksUrl, wire);
  // An outage of the keys' address ends nobody's consent.
  const olderKeys = { ...keys, current: keys.latest };
  const keysFor = ({ kind }: GrantCredential) => (kind === "refresh-token" ? olderKeys : keys);
  return {
    async prepare({ kind }, signal) {
      if (kind === "refresh-token" && keys.isHeld()) return null;
      const set = await keys.current(signal);
      return "kind" in set ? { ...set, mayHaveIssued: false } : null;
    },
    async identify(clientId, idToken, authority, signal) {
      // OpenID Connect Core §12.2: a refresh need not answer one.
      if (authority.kind === "refresh-token" && isAbsent(idToken)) return null;
      if (typeof idToken !== "string") return malformed("no ID token");
      const { verifyIdToken } = await import("./id-token.ts");
      const expected = { issuer, clientId, nonce: nonceOf(authority) };
      const now = wire.clock.now();
      const subject = await verifyIdToken(idToken, expected, keysFor(authority), now, signal);
      const isOther = typeof subject === "string" && !matchesSubject(authority, subject);
      return isOther ? malformed("an ID token of somebody else") : subject;
    },
  };
}

const noIdentity: Identifier = { prepare: async () => null, identify: async () => null };

function nonceOf(authority: GrantCredential): string | null {
  return authority.kind === "code" ? (authority.authorizationRequest?.nonce ?? null) : null;
}

/** Whoever comes with a code is the person: nobody is known before. */
function matchesSubject(authority: GrantCredential, subject: string): boolean {
  return authority.kind === "code" || authority.isSamePerson(subject);
}
