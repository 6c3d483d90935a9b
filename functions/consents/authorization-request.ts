import { realmName } from "../model/connection.ts";
import type { AuthorizationRequest } from "../model/consent.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

const stateShape = /^[\w-]{43}\.[\w-]{22}\.[\w-]{43}$/;

/** A state parameter, parsed but not verified: only `authorizationRequestOf` verifies it. */
export interface UnverifiedState {
  readonly state: string;
  readonly pendingId: string;
  readonly salt: string;
}

/**
 * A new authorization request of one browser for one pending consent. State, nonce and PKCE verifier are derived from
 * the browser's secret: they need not be stored, and nobody without that secret can forge, use or verify them.
 */
export function newAuthorizationRequest(
  deps: ConsentDependencies,
  pendingId: string,
  browserSecret: Sensitive,
): AuthorizationRequest {
  return derive(deps, pendingId, deps.browserSecrets.newSalt(), browserSecret);
}

/** Parses a state parameter; null for one that this service cannot have made. */
export function readState(state: string): UnverifiedState | null {
  if (!stateShape.test(state)) return null;
  const [pendingId, salt] = state.split(".") as [string, string, string];
  return { state, pendingId, salt };
}

/** Recreates the authorization request with this state; null when the state was not made for this browser in this realm. */
export function authorizationRequestOf(
  deps: ConsentDependencies,
  { state, pendingId, salt }: UnverifiedState,
  browserSecret: Sensitive,
): AuthorizationRequest | null {
  const request = derive(deps, pendingId, salt, browserSecret);
  return deps.browserSecrets.isSame(request.state, state) ? request : null;
}

function derive(
  { browserSecrets, consentBaseUrl, realm }: ConsentDependencies,
  pendingId: string,
  salt: string,
  browserSecret: Sensitive,
): AuthorizationRequest {
  const macFor = (purpose: string) =>
    browserSecrets.mac(browserSecret, `${purpose} ${realmName(realm)} ${pendingId} ${salt}`);
  return {
    redirectUri: `${consentBaseUrl}/callback/${realmName(realm)}`,
    state: `${pendingId}.${salt}.${macFor("state").expose()}`,
    nonce: macFor("nonce").expose(),
    codeVerifier: macFor("code-verifier"),
  };
}
