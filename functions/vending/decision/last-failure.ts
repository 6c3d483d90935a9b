import { needsNewSecret } from "../../model/errors.ts";
import type { Failure, RenewalReason } from "../../model/token-record.ts";
import type { Decision, SettledDecision, Situation } from "./decision.ts";
import { renewal } from "./decision.ts";

/** Renews, unless the last failure forbids it: during the back-off, or with refused credentials. Then decides `instead`, or refuses. */
export function unlessBlocked(
  situation: Situation,
  reason: RenewalReason,
  instead?: SettledDecision,
): Decision {
  const { failure } = situation.record;
  if (!failure) return renewal(reason);
  const { code, retryAt } = failure;
  const isOver = situation.now >= retryAt;
  const refusedVersion = refusedSecret(failure);
  if (refusedVersion !== null && (isOver || needsNewSecret(code))) {
    return unlessRefused(situation, refusedVersion, failure, reason, instead);
  }
  if (isOver) return renewal(reason);
  return instead ?? { action: "refuse", code, reason: "backing-off", retryAt };
}

/** The refused version of the secret; null when an attempt with another version has been made since. */
function refusedSecret({ secretVersion, refusedSecretVersion }: Failure): string | null {
  const isReplaced = secretVersion !== null && secretVersion !== refusedSecretVersion;
  return isReplaced ? null : refusedSecretVersion;
}

/** Renews only if the secret has another version. */
function unlessRefused(
  { findings }: Situation,
  refusedVersion: string,
  { code }: Failure,
  reason: RenewalReason,
  instead?: SettledDecision,
): Decision {
  if (findings.secretVersion === null) return { action: "check-secret", refusedVersion };
  if (findings.secretVersion !== refusedVersion) {
    return { action: "renew", reason, hasNewSecret: true };
  }
  const refused = needsNewSecret(code) ? code : "credentials-rejected";
  return instead ?? { action: "refuse", code: refused, reason: "refused", retryAt: null };
}
