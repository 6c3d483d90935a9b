import { msBetween } from "../model/clock.ts";
import type { Browser, BrowserCookie, ConsentRefusal, OpenLink } from "../model/consent-outcome.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import { linkLifetimeMs } from "./begin-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { linkState, refused } from "./link-state.ts";

/** 256 bits in base64url. */
const linkShape = /^[\w-]{43}$/;

/** What the page behind a link asks. Changes nothing, so that programs that prefetch links do not use them up. */
export async function openLink(
  deps: ConsentDependencies,
  link: Sensitive,
  browser: Browser,
  { signal }: Deadline,
): Promise<OpenLink | ConsentRefusal> {
  const id = linkId(deps, link);
  if (!id) return refused(deps, "link-unknown", null);
  const known = browser.secretFor(id);
  const pending = await deps.pendingConsents.read(id, signal);
  const now = deps.clock.now();
  const reason = linkState(pending, known && deps.browserSecrets.hash(known), now);
  if (!pending || reason) return refused(deps, reason ?? "link-unknown", pending ?? id);
  const newCookie = known ? null : browserCookie(pending, deps.browserSecrets.newSecret(), now);
  return { kind: "open", pending, flow: await deps.flow(), newCookie };
}

/** Lives ten minutes longer than the row, so that a latecomer is told that the link has expired, not that a cookie is missing. */
export function browserCookie(
  pending: PendingConsent,
  secret: Sensitive,
  now: Date,
): BrowserCookie {
  const maxAgeMs = msBetween(now, pending.expiresAt) + linkLifetimeMs;
  return { pendingId: pending.id, secret, maxAgeMs };
}

/** The identifier of a link's row; null for text that cannot be a link. */
export function linkId({ browserSecrets }: ConsentDependencies, link: Sensitive): string | null {
  return linkShape.test(link.expose()) ? browserSecrets.hash(link) : null;
}
