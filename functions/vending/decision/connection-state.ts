import type { ConnectionState } from "../../model/connection-status.ts";
import type { ProblemCode } from "../../model/errors.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
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

/** Problems that stay until a person acts; a secret that cannot be read is as good as refused. */
const lasting: Partial<Record<ProblemCode, ConnectionState>> = {
  "credentials-rejected": "credentials-rejected",
  "secret-malformed": "credentials-rejected",
};

function troubleOf(
  { failure, rejections, consent }: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): ConnectionState | null {
  const bound = failure && lasting[failure.code];
  if (bound) return bound;
  if (policy.renewal === "by-consent" && !consent?.refresh) return "consent-required";
  return breakerOpenUntil(rejections, now) ? "contested" : null;
}
