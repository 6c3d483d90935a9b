import type { GrantCredential } from "../../model/consent.ts";
import type { NotIssued } from "../../model/provider.ts";
import { unprintable } from "../../model/sensitive.ts";
import { malformed } from "../exchange/error-response.ts";
import { isAbsent } from "../exchange/lifetime.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import type { OpenIdProvider } from "./code-grant.ts";
import { jwksCache } from "./jwks-cache.ts";
import type { Person } from "./person.ts";

/** Identifies the person who consented, by the ID token in a token response. */
export interface Identifier {
  /**
   * Fetches the keys before the token request, so that no code or refresh token is used for an answer that could not be
   * verified; returns the failure, or null. A cached set is enough for a refresh, whose answer may have no ID token.
   */
  prepare(credential: GrantCredential, signal: AbortSignal): Promise<NotIssued | null>;
  /** Whom the verified ID token is about; null where no ID token is required and there is none. */
  identify(
    clientId: string,
    idToken: unknown,
    credential: GrantCredential,
    signal: AbortSignal,
  ): Promise<Person | null | NotIssued>;
}

/** Without an OpenID provider no ID token is expected. The verification is loaded with the first ID token. */
export function identifierOf(openId: OpenIdProvider | null, context: IssuerContext): Identifier {
  if (!openId) return noIdentity;
  const { issuer, jwksUrl } = openId;
  const keys = jwksCache(jwksUrl, context);
  // A refresh may use older keys, so that no consent ends because `jwksUrl` is down.
  const olderKeys = { ...keys, current: keys.latest };
  const keysFor = ({ kind }: GrantCredential) => (kind === "refresh-token" ? olderKeys : keys);
  return {
    async prepare({ kind }, signal) {
      if (kind === "refresh-token" && keys.isCached()) return null;
      const set = await keys.current(signal);
      return "kind" in set ? { ...set, mayHaveIssued: false } : null;
    },
    async identify(clientId, idToken, credential, signal) {
      // OpenID Connect Core §12.2: the answer to a refresh need not have one.
      if (credential.kind === "refresh-token" && isAbsent(idToken)) return null;
      if (typeof idToken !== "string") return malformed("no ID token");
      const { verifyIdToken } = await import("./id-token.ts");
      const expected = { issuer, clientId, nonce: nonceOf(credential) };
      const now = context.clock.now();
      const verified = await verifyIdToken(idToken, expected, keysFor(credential), now, signal);
      if ("kind" in verified) return verified;
      const { claims } = verified;
      const person = unprintable<Person>({ subject: claims.sub, claims: { ...claims } });
      return isHolder(credential, person) ? person : malformed("an ID token of another person");
    },
  };
}

/** A code may be anybody's. */
function isHolder(credential: GrantCredential, { subject }: Person): boolean {
  return credential.kind === "code" || credential.isSamePerson(subject);
}

const noIdentity: Identifier = { prepare: async () => null, identify: async () => null };

function nonceOf(credential: GrantCredential): string | null {
  return credential.kind === "code" ? (credential.authorizationRequest?.nonce ?? null) : null;
}
