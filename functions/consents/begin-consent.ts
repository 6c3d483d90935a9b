import { plusMs } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { connectionOf, realmName } from "../model/connection.ts";
import { needsNewSecret, VendingError } from "../model/errors.ts";
import { secretAccount } from "../model/provider.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import { newAuthorizationRequest } from "./authorization-request.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { pendingFields } from "./link-state.ts";

/** How long a link can be opened, and how long its authorization may then take. */
export const linkLifetimeMs = 600_000;

/** How old a cached client secret may be, unless it is unusable. */
const secretMaxAgeMs = 300_000;

/**
 * Makes a link for the person who is to consent. Checks first that the link will work, because the caller can fix the
 * secret and the person cannot: fails with `secret-malformed`, `credentials-rejected`, `secret-unavailable` or
 * `unknown-connection`.
 */
export async function beginConsent(
  deps: ConsentDependencies,
  account: string,
  { signal }: Deadline,
): Promise<{ url: string; expiresAt: Date }> {
  const { browserSecrets, clock, consentBaseUrl, log, pendingConsents, realm } = deps;
  const link = browserSecrets.newSecret();
  const id = browserSecrets.hash(link);
  await authorizeUrl(deps, connectionOf(realm, account), id, browserSecrets.newSecret(), signal);
  const pending = { id, account, expiresAt: plusMs(clock.now(), linkLifetimeMs), browser: null };
  await pendingConsents.add(pending, signal);
  log.info("consent-begun", { ...pendingFields(deps, pending), expiresAt: pending.expiresAt });
  const url = `${consentBaseUrl}/consent/${realmName(realm)}/${link.expose()}`;
  return { url, expiresAt: pending.expiresAt };
}

/** The provider's address for a new authorization request. */
export async function authorizeUrl(
  deps: ConsentDependencies,
  connection: Connection,
  pendingId: string,
  browserSecret: Sensitive,
  signal: AbortSignal,
): Promise<string> {
  const account = secretAccount(deps, connection);
  const request = newAuthorizationRequest(deps, pendingId, browserSecret);
  const urlWithSecret = async (maxAgeMs: number) => {
    const [flow, secret] = await Promise.all([
      deps.flow(),
      deps.secrets.read(account, maxAgeMs, signal),
    ]);
    return flow.authorizeUrl(secret.text, request);
  };
  return urlWithSecret(secretMaxAgeMs).catch((error: unknown) => {
    // The cached secret may have been replaced since.
    if (error instanceof VendingError && needsNewSecret(error.code)) return urlWithSecret(0);
    throw error;
  });
}
