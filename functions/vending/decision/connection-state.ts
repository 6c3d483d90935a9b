import type { ConnectionState } from "../../model/connection-status.ts";
import { needsNewSecret } from "../../model/errors.ts";
import type { Freeze } from "../../model/freeze.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import { isByConsent, isStaticKey } from "../../model/provider.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import { breakerOpenUntil } from "./back-off.ts";
import { decide, unconstrained } from "./decide.ts";
import { usableToken } from "./usable-token.ts";

/**
 * A connection's state for operators, from the same decision as vending. `usable`: a caller would get the stored token.
 * Problems that only a person can solve take precedence, because such a token will be the last one.
 */
export function connectionState(
  record: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
  realmFreeze: Freeze | null = null,
): ConnectionState {
  if (record.frozen ?? realmFreeze) return "frozen";
  if (record.damage.length > 0) return "damaged";
  const decision = decide(record, policy, unconstrained, now);
  if (decision.action === "await-renewal") return "renewing";
  const lasting = lastingTrouble(record, policy, now);
  if (lasting) return lasting;
  if (usableToken(record, policy, now)) return "usable";
  if (decision.action === "refuse" && decision.reason === "backing-off") return "backing-off";
  return record.token ? "expired" : "empty";
}

/** What lasts until a person acts. */
function lastingTrouble(
  { failure, rejections, consent, token }: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): ConnectionState | null {
  if (failure && needsNewSecret(failure.code)) return "credentials-rejected";
  if (isByConsent(policy) && !consent?.refresh) {
    // A token without an end needs no refresh token, until the provider has refused it.
    const isEndless = token !== null && token.usableUntil === null;
    return isEndless && failure?.code !== "consent-required" ? null : "consent-required";
  }
  // The circuit breaker does not apply to static keys: their probe decides, or each report concerns its caller only.
  if (isStaticKey(policy)) return null;
  return breakerOpenUntil(rejections, now) ? "contested" : null;
}
