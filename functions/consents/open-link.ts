import { msBetween } from "../model/clock.ts";
import type { Browser, KeptSecret, OpenLink, Refusal } from "../model/consent-outcome.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Call } from "../model/deadline.ts";
import { linkLifetimeMs } from "./begin-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { obstacle, refused } from "./link-state.ts";

/** 256 bits in base64url. */
const linkShape = /^[\w-]{43}$/;

/** What a person is asked who opens a link. Changes nothing: programs that look at links before people do use none up. */
export async function openLink(
  deps: ConsentDependencies,
  link: Sensitive,
  browser: Browser,
  { signal }: Call,
): Promise<OpenLink | Refusal> {
  const id = linkId(deps, link);
  if (!id) return refused(deps, "link-unknown", null);
  const held = browser.secretFor(id);
  const pending = await deps.pendingConsents.read(id, signal);
  const now = deps.clock.now();
  const reason = obstacle(pending, held && deps.browserSecrets.hash(held), now);
  if (!pending || reason) return refused(deps, reason ?? "link-unknown", pending ?? id);
  const newSecret = held ? null : keptSecret(pending, deps.browserSecrets.newSecret(), now);
  return { kind: "open", pending, flow: await deps.flow(), newSecret };
}

/** For as long as the row lives, and ten minutes more: a latecomer is told that the link has run out, not of cookies. */
export function keptSecret(pending: PendingConsent, secret: Sensitive, now: Date): KeptSecret {
  const forMs = msBetween(now, pending.expiresAt) + linkLifetimeMs;
  return { pendingId: pending.id, secret, forMs };
}

/** The identifier of the row that belongs to a link; null for what was never a link. */
export function linkId({ browserSecrets }: ConsentDependencies, link: Sensitive): string | null {
  return linkShape.test(link.expose()) ? browserSecrets.hash(link) : null;
}
