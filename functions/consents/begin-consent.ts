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

/** For how long a link may be opened, and a journey that began with it may take. */
export const linkLifetimeMs = 600_000;

/** A client's secret is believed for this long; a refusal looks past it. */
const secretMaxAgeMs = 300_000;

/**
 * A link for the person who is to consent to an account. What they would stumble over is found now, by whoever can mend
 * it: fails with `secret-malformed`, `credentials-rejected`, `secret-unavailable` or `unknown-connection` when nobody
 * could follow the link.
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

/** Where a browser goes on a fresh journey. */
export async function authorizeUrl(
  deps: ConsentDependencies,
  connection: Connection,
  pendingId: string,
  browserSecret: Sensitive,
  signal: AbortSignal,
): Promise<string> {
  const account = secretAccount(deps, connection);
  const journey = newAuthorizationRequest(deps, pendingId, browserSecret);
  const addressBy = async (maxAgeMs: number) => {
    const [flow, secret] = await Promise.all([
      deps.flow(),
      deps.secrets.read(account, maxAgeMs, signal),
    ]);
    return flow.authorizeUrl(secret.text, journey);
  };
  return addressBy(secretMaxAgeMs).catch((error: unknown) => {
    // What is remembered may have been mended since.
    if (error instanceof VendingError && needsNewSecret(error.code)) return addressBy(0);
    throw error;
  });
}
