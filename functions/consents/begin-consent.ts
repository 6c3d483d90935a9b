import { plusMs } from "../model/clock.ts";
import { connectionOf, realmName } from "../model/connection.ts";
import type { Deadline } from "../model/time-limits.ts";
import { authorizeUrl } from "./authorization-request.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { sealLink } from "./link-proof.ts";
import { pendingFields } from "./link-state.ts";

/** How long a link can be opened, and how long its authorization may then take. */
export const linkLifetimeMs = 600_000;

/**
 * Makes a link for the person who is to consent. Checks first that the link will work, because the caller can fix the
 * secret and the person cannot: fails with `secret-malformed`, `credentials-rejected`, `secret-unavailable` or
 * `unknown-connection`, and with `store-unavailable` without a data key.
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
  const expiresAt = plusMs(clock.now(), linkLifetimeMs);
  const proof = await sealLink(deps, id, account, expiresAt, signal);
  const pending = { id, account, expiresAt, browser: null, proof };
  await pendingConsents.add(pending, signal);
  log.info("consent-begun", { ...pendingFields(deps, pending), expiresAt: pending.expiresAt });
  const url = `${consentBaseUrl}/consent/${realmName(realm)}/${link.expose()}`;
  return { url, expiresAt: pending.expiresAt };
}
