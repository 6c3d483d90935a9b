import type { Browser, BrowserCookie } from "../model/browser-secrets.ts";
import { msBetween, plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import type { ConsentRefusal, OpenLink, Redirect } from "../model/consent-outcome.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { unprintable } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import { authorizeUrl } from "./authorization-request.ts";
import { linkLifetimeMs } from "./begin-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { linkShape, newBrowserSecret } from "./link-proof.ts";
import { pendingFields, refused, refusedLink, usableLink } from "./link-state.ts";

/** Looks up the link for its page. Changes nothing, so that programs that prefetch links do not use them up. */
export async function openLink(
  deps: ConsentDependencies,
  link: Sensitive,
  browser: Browser,
  { signal }: Deadline,
): Promise<OpenLink | ConsentRefusal> {
  const id = linkId(deps, link);
  if (!id) return refused(deps, "link-unknown", null);
  const known = browser.secretFor(id);
  const hash = known && deps.browserSecrets.hash(known);
  const pending = await usableLink(deps, id, hash, signal);
  if ("reason" in pending) return pending;
  const now = deps.clock.now();
  const newCookie = known ? null : browserCookie(pending, newBrowserSecret(deps, link), now);
  return { pending, flow: await deps.flow(), newCookie };
}

/**
 * Binds the link to this browser and redirects it to the provider. A double click, the back button and a second tab each
 * make a new authorization request; the first to return completes the consent.
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
  const hash = deps.browserSecrets.hash(secret);
  const usable = await usableLink(deps, id, hash, signal);
  if ("reason" in usable) return usable;
  const now = deps.clock.now();
  const until = plusMs(now, linkLifetimeMs);
  const { done, pending } = await deps.pendingConsents.bind(id, hash, now, until, signal);
  if (!done) return refusedLink(deps, id, pending, hash, now);
  const url = await authorizeUrl(
    deps,
    connectionOf(deps.realm, pending.account),
    id,
    secret,
    signal,
  );
  deps.log.info("consent-continued", pendingFields(deps, pending));
  return unprintable<Redirect>({ url, cookie: browserCookie(pending, secret, now) });
}

/** The cookie outlives the row by ten minutes, so that a late browser is told that its link has expired, not that a cookie is missing. */
function browserCookie(pending: PendingConsent, secret: Sensitive, now: Date): BrowserCookie {
  const maxAgeMs = msBetween(now, pending.expiresAt) + linkLifetimeMs;
  return { pendingId: pending.id, secret, maxAgeMs };
}

/** The identifier of the pending consent; null for text that cannot be a link. */
function linkId({ browserSecrets }: ConsentDependencies, link: Sensitive): string | null {
  return linkShape.test(link.expose()) ? browserSecrets.hash(link) : null;
}
