import { plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import type { Browser, ConsentRefusal, Redirect } from "../model/consent-outcome.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import { authorizeUrl, linkLifetimeMs } from "./begin-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { linkState, pendingFields, refused } from "./link-state.ts";
import { browserCookie, linkId } from "./open-link.ts";

/**
 * Binds the link to this browser and sends it to the provider. A double click, the back button and a second tab each
 * begin a new authorization request; the first that comes back completes the consent.
 */
export async function continueConsent(
  deps: ConsentDependencies,
  link: Sensitive,
  browser: Browser,
  { signal }: Deadline,
): Promise<Redirect | ConsentRefusal> {
  const id = linkId(deps, link);
  if (!id) return refused(deps, "link-unknown", null);
  const secret = browser.secretFor(id);
  if (!secret) return refused(deps, "cookies-needed", id);
  const now = deps.clock.now();
  const hash = deps.browserSecrets.hash(secret);
  const until = plusMs(now, linkLifetimeMs);
  const { done, pending } = await deps.pendingConsents.bind(id, hash, now, until, signal);
  if (!done) {
    const reason = linkState(pending, hash, now) ?? "link-expired";
    return refused(deps, reason, pending ?? id);
  }
  const url = await authorizeUrl(
    deps,
    connectionOf(deps.realm, pending.account),
    id,
    secret,
    signal,
  );
  deps.log.info("consent-continued", pendingFields(deps, pending));
  return { kind: "redirect", url, cookie: browserCookie(pending, secret, now) };
}
