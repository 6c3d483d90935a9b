import { connectionOf, realmName } from "../model/connection.ts";
import type { ConsentRefusal, RefusalReason } from "../model/consent-outcome.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

/** Why this browser may not use the link; null when it may. `browser` is the hash of the browser's secret. */
function linkState(
  pending: PendingConsent | null,
  browser: string | null,
  now: Date,
): RefusalReason | null {
  if (!pending) return absent(browser);
  if (pending.expiresAt <= now) return "link-expired";
  if (pending.browser !== null && pending.browser !== browser) return "other-browser";
  return null;
}

/**
 * The pending consent, if this browser may use its link. To be read before anything is written by the clock: AWS's answer
 * corrects a wrong one, by which a link would end too early.
 */
export async function usableLink(
  deps: ConsentDependencies,
  id: string,
  browser: string | null,
  signal: AbortSignal,
): Promise<PendingConsent | ConsentRefusal> {
  const pending = await deps.pendingConsents.read(id, signal);
  const now = deps.clock.now();
  if (!pending || linkState(pending, browser, now)) {
    return refusedLink(deps, id, pending, browser, now);
  }
  return pending;
}

/**
 * Refuses a browser whose link does not open, or could not be bound or claimed. `mixed-up` is left for a claim of a link
 * with which no browser has continued: none was sent to the provider.
 */
export function refusedLink(
  deps: ConsentDependencies,
  id: string,
  pending: PendingConsent | null,
  browser: string | null,
  now: Date,
): ConsentRefusal {
  const reason = linkState(pending, browser, now) ?? "mixed-up";
  const isOwn = browser !== null && pending?.browser === browser;
  // Whoever has not continued with a link is not told whether it exists: used and expired look alike.
  const shown = reason === "link-expired" && !isOwn ? absent(browser) : reason;
  return { ...refused(deps, reason, pending ?? id), reason: shown };
}

/** What is said of a link that is not in the table; it depends on nothing but what the browser sent. */
function absent(browser: string | null): RefusalReason {
  return browser === null ? "link-unknown" : "link-used";
}

/** Logs a refusal and returns it. `about` is the pending consent or, where there is none, its identifier. */
export function refused(
  deps: ConsentDependencies,
  reason: RefusalReason,
  about: PendingConsent | string | null,
): ConsentRefusal {
  const fields = about === null ? { realm: realmName(deps.realm) } : pendingFields(deps, about);
  deps.log.warn("consent-refused", { ...fields, reason });
  return { kind: "refused", reason };
}

/** Log fields that identify a pending consent, by a part of its id that is too short to find its row. */
export function pendingFields(
  { realm }: ConsentDependencies,
  about: PendingConsent | string,
): Readonly<Record<string, string>> {
  const pending = (typeof about === "string" ? about : about.id).slice(0, 8);
  if (typeof about === "string") return { realm: realmName(realm), pending };
  return { connection: connectionOf(realm, about.account), pending };
}
