import { realmName } from "../model/connection.ts";
import type { Journey } from "../model/consent.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

const stateShape = /^([\w-]{43})\.([\w-]{22})\.([\w-]{43})$/;

/** What a state says of itself. Nothing of it is to be believed before `journeyFrom` has agreed. */
export interface StateClaim {
  readonly state: string;
  readonly pendingId: string;
  readonly salt: string;
}

/**
 * A fresh journey of a browser for one pending consent. State, nonce and PKCE verifier are derived from the browser's
 * secret, so that they need not be stored, and nobody without that secret can make up, use or test one.
 */
export function newJourney(
  deps: ConsentDependencies,
  pendingId: string,
  browserSecret: Sensitive,
): Journey {
  return journey(deps, pendingId, deps.browserSecrets.newSalt(), browserSecret);
}

export function readState(state: string): StateClaim | null {
  const [, pendingId, salt] = stateShape.exec(state) ?? [];
  return pendingId && salt ? { state, pendingId, salt } : null;
}

/** The journey on which this state was sent; null when it was not made for this browser in this realm. */
export function journeyFrom(
  deps: ConsentDependencies,
  { state, pendingId, salt }: StateClaim,
  browserSecret: Sensitive,
): Journey | null {
  const own = journey(deps, pendingId, salt, browserSecret);
  return deps.browserSecrets.isSame(own.state, state) ? own : null;
}

function journey(
  { browserSecrets, consentBaseUrl, realm }: ConsentDependencies,
  pendingId: string,
  salt: string,
  browserSecret: Sensitive,
): Journey {
  const derived = (use: string) =>
    browserSecrets.mac(browserSecret, `${use} ${realmName(realm)} ${pendingId} ${salt}`);
  return {
    redirectUri: `${consentBaseUrl}/callback/${realmName(realm)}`,
    state: `${pendingId}.${salt}.${derived("state").expose()}`,
    nonce: derived("nonce").expose(),
    codeVerifier: derived("code-verifier"),
  };
}
