import { realmName } from "../model/connection.ts";
import type { Refusal, RefusalReason } from "../model/consent-outcome.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { pendingFields } from "./pending-fields.ts";

/** A refusal, in the log by its reason. `about` is the pending consent or, where there is none, its identifier. */
export function refused(
  deps: ConsentDependencies,
  reason: RefusalReason,
  about: PendingConsent | string | null,
): Refusal {
  const fields = about === null ? { realm: realmName(deps.realm) } : pendingFields(deps, about);
  deps.log.warn("consent-refused", { ...fields, reason });
  return { kind: "refused", reason };
}

/** What stands in the way of this browser; null when nothing does. */
export function obstacle(
  pending: PendingConsent | null,
  browser: string | null,
  now: Date,
): RefusalReason | null {
  if (!pending) return browser === null ? "link-unknown" : "link-used";
  if (pending.expiresAt <= now) return "link-expired";
  if (pending.browser !== null && pending.browser !== browser) return "other-browser";
  return null;
}
