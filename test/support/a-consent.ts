import type {
  AuthorizationRequest,
  ConsentResult,
  GrantCredential,
} from "../../functions/model/consent.ts";
import type { Issued, NotIssued } from "../../functions/model/provider.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";

/** With the code verifier of RFC 7636, appendix B, whose challenge is known. */
export const sampleAuthorizationRequest = unprintable<AuthorizationRequest>({
  redirectUri: "https://consents.example/callback/p/e",
  state: "state-1",
  nonce: "nonce-1",
  codeVerifier: new Sensitive("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
});

export const codeCredential: GrantCredential = {
  kind: "code",
  code: new Sensitive("code 1/+"),
  authorizationRequest: sampleAuthorizationRequest,
};

export const pastedCodeCredential: GrantCredential = {
  ...codeCredential,
  authorizationRequest: null,
};

/** A refresh token of the person with this subject. */
export function refreshCredential(subject: string): GrantCredential {
  return {
    kind: "refresh-token",
    refreshToken: new Sensitive("refresh-1"),
    isSamePerson: (answered) => answered === subject,
  };
}

/** The consent of an issued token, with the refresh token as plain text. Throws if nothing was issued. */
export function consentOf(outcome: Issued | NotIssued) {
  if (outcome.kind !== "issued" || !outcome.consent) throw new Error(JSON.stringify(outcome));
  const { refreshToken, ...others } = outcome.consent;
  return { ...others, refreshToken: refreshToken?.expose() ?? null };
}

/** A consent of which the provider says whose it is, and what was granted. */
export function statedConsent(changes: Partial<ConsentResult> = {}): ConsentResult {
  return {
    ...silentConsent("refresh-1"),
    ...{ grantedScope: "psd2-ais", subject: "person-1" },
    ...changes,
  };
}

/** A consent of which the provider says nothing, but may give a refresh token for it. */
export function silentConsent(refreshToken: string | null): ConsentResult {
  return {
    refreshToken: refreshToken === null ? null : new Sensitive(refreshToken),
    refreshEndsAt: null,
    grantedScope: null,
    subject: null,
    customer: null,
  };
}
