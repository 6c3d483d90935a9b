import type { ConnectionState } from "../../model/connection-status.ts";
import type { ProblemCode } from "../../model/errors.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import { isByConsent, isStaticKey } from "../../model/provider.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import { breakerOpenUntil } from "./back-off.ts";
import { decide } from "./decide.ts";
import { unconstrained } from "./decision.ts";
import { usableToken } from "./usable-token.ts";

/**
 * The state that an operator sees, from the same decision as vending's. `usable` means that a caller would be vended the
 * stored token. Problems that only a person can solve come first, because such a token will be the last one.
 */
export function connectionState(
  record: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): ConnectionState {
  if (record.damage.length > 0) return "damaged";
  const decision = decide(record, policy, unconstrained, now);
  if (decision.action === "await-renewal") return "renewing";
  const trouble = troubleOf(record, policy, now);
  if (trouble) return trouble;
  if (usableToken(record, policy, now)) return "usable";
  if (decision.action === "refuse" && decision.reason === "backing-off") return "backing-off";
  return record.token ? "expired" : "empty";
}

/** The state of a failure that lasts until a person acts; a secret that cannot be read is as good as refused. */
const lastingState: Readonly<Record<ProblemCode, ConnectionState | null>> = {
  "invalid-request": null,
  "unknown-connection": null,
  "scope-conflict": null,
  "validity-unavailable": null,
  "consent-required": null,
  "credentials-rejected": "credentials-rejected",
  "secret-malformed": "credentials-rejected",
  "provider-malformed": null,
  contested: null,
  "provider-throttled": null,
  "provider-unavailable": null,
  "renewal-in-progress": null,
  "store-unavailable": null,
  "secret-unavailable": null,
  internal: null,
};

function troubleOf(
  { failure, rejections, consent }: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): ConnectionState | null {
  const lasting = failure && lastingState[failure.code];
  if (lasting) return lasting;
  if (isByConsent(policy) && !consent?.refresh) return "consent-required";
  // A static key has no breaker: its probe decides, or each caller is turned away alone.
  if (isStaticKey(policy)) return null;
  return breakerOpenUntil(rejections, now) ? "contested" : null;
}
