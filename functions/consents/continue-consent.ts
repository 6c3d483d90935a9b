import { plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import type { Browser, Departure, Refusal } from "../model/consent-outcome.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Call } from "../model/deadline.ts";
import { authorizeUrl, linkLifetimeMs } from "./begin-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { keptSecret, linkId } from "./open-link.ts";
import { pendingFields } from "./pending-fields.ts";
import { obstacle, refused } from "./link-state.ts";

/**
 * The person goes on to the provider, in this browser and from now on in no other. A double click, the back button and a
 * second tab begin a fresh journey each; the first to come back ends them all.
 */
export async function continueConsent(
  deps: ConsentDependencies,
  link: Sensitive,
  browser: Browser,
  { signal }: Call,
): Promise<Departure | Refusal> {
  const id = linkId(deps, link);
  if (!id) return refused(deps, "link-unknown", null);
  const secret = browser.secretFor(id);
  if (!secret) return refused(deps, "cookies-needed", id);
  const now = deps.clock.now();
  const hash = deps.browserSecrets.hash(secret);
  const until = plusMs(now, linkLifetimeMs);
  const { done, pending } = await deps.pendingConsents.bind(id, hash, now, until, signal);
  if (!done) {
    const reason = obstacle(pending, hash, now) ?? "link-expired";
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
  return { kind: "departure", url, ownSecret: keptSecret(pending, secret, now) };
}
