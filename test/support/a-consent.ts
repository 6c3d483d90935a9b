import type { AuthorizationRequest, GrantCredential } from "../../functions/model/consent.ts";
import type { Issued, NotIssued } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";

/** The code verifier is the one of RFC 7636, appendix B; so its challenge is known. */
export const authorizationRequest: AuthorizationRequest = {
  redirectUri: "https://consents.example/callback/p/e",
  state: "state-1",
  nonce: "nonce-1",
  codeVerifier: new Sensitive("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
};

export const codeCredential: GrantCredential = {
  kind: "code",
  code: new Sensitive("code 1/+"),
  authorizationRequest,
};

export const pastedCodeCredential: GrantCredential = {
  ...codeCredential,
  authorizationRequest: null,
};

/** The consent of the person whom the provider calls by this name. */
export function refreshCredential(subject: string): GrantCredential {
  return {
    kind: "refresh-token",
    refreshToken: new Sensitive("refresh-1"),
    isSamePerson: (answered) => answered === subject,
  };
}

/** What was consented, with its refresh token in plain; fails where nothing was issued. */
export function consentOf(outcome: Issued | NotIssued) {
  if (outcome.kind !== "issued" || !outcome.consent) throw new Error(JSON.stringify(outcome));
  const { refreshToken, ...others } = outcome.consent;
  return { ...others, refreshToken: refreshToken?.expose() ?? null };
}
