import type { Connection } from "../model/connection.ts";
import { realmName, secretAccount } from "../model/connection.ts";
import type { AuthorizationRequest, ConsentFlow } from "../model/consent.ts";
import { needsNewSecret, VendingError } from "../model/errors.ts";
import type { Sensitive, Unprintable } from "../model/sensitive.ts";
import { unprintable } from "../model/sensitive.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

/** How old a cached client secret may be, unless it is unusable. */
const secretMaxAgeMs = 300_000;

const stateShape = /^[\w-]{43}\.[\w-]{22}\.[\w-]{43}$/;

/** A state parameter, parsed but not verified: only `authorizationRequestOf` verifies it. */
export interface UnverifiedState extends Unprintable {
  readonly state: string;
  readonly pendingId: string;
  readonly salt: string;
}

/** The provider's address for a new authorization request. */
export function authorizeUrl(
  deps: ConsentDependencies,
  connection: Connection,
  pendingId: string,
  browserSecret: Sensitive,
  signal: AbortSignal,
): Promise<string> {
  const request = newAuthorizationRequest(deps, pendingId, browserSecret);
  return withSecret(deps, connection, signal, (flow, secret) =>
    flow.authorizeUrl(secret, request, deps.clock.timeout(deps.limits.deadlineMs, signal)),
  );
}

/** Fails as `authorizeUrl` would for a secret with which nobody can be sent to the provider. */
export function requireUsableSecret(
  deps: ConsentDependencies,
  connection: Connection,
  signal: AbortSignal,
): Promise<void> {
  return withSecret(deps, connection, signal, async (flow, secret) => flow.checkSecret(secret));
}

async function withSecret<T>(
  deps: ConsentDependencies,
  connection: Connection,
  signal: AbortSignal,
  use: (flow: ConsentFlow, secret: Sensitive) => Promise<T>,
): Promise<T> {
  const account = secretAccount(deps, connection);
  const [flow, known] = await Promise.all([
    deps.flow(),
    deps.secrets.read(account, secretMaxAgeMs, signal),
  ]);
  try {
    return await use(flow, known.text);
  } catch (error) {
    if (!(error instanceof VendingError && needsNewSecret(error.code))) throw error;
    // The cached secret may have been replaced since. The same one is not shown to the provider again.
    const current = await deps.secrets.read(account, 0, signal);
    if (current.version === known.version) throw error;
    return use(flow, current.text);
  }
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
export function readState(state: string | null): UnverifiedState | null {
  // "null" does not have the shape either.
  const text = String(state);
  if (!stateShape.test(text)) return null;
  const [pendingId, salt] = text.split(".") as [string, string];
  return unprintable<UnverifiedState>({ state: text, pendingId, salt });
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
  return unprintable<AuthorizationRequest>({
    redirectUri: `${consentBaseUrl}/callback/${realmName(realm)}`,
    state: `${pendingId}.${salt}.${macFor("state").expose()}`,
    nonce: macFor("nonce").expose(),
    codeVerifier: macFor("code-verifier"),
  });
}
