import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { decide, noFindings } from "../../functions/vending/decision/decide.ts";
import type { Decision, VendConstraints } from "../../functions/vending/decision/decision.ts";

/** What is decided, and where that depends on the secret, what of either of its versions. */
export function decisionInWords(
  record: TokenRecord | null,
  policy: RenewalPolicy,
  constraints: VendConstraints,
  now: Date,
): string {
  const knowing = (secretVersion: string | null) =>
    decide(record, policy, constraints, now, { ...noFindings, secretVersion });
  const decision = knowing(null);
  if (decision.action !== "check-secret") return formatDecision(decision);
  const { refusedVersion } = decision;
  const other = knowing("another");
  if (other.action !== "renew" || other.newSecretVersion === null) return formatDecision(other);
  return `check-secret: ${other.reason}, unless still ${refusedVersion} → ${formatDecision(knowing(refusedVersion))}`;
}

/** A decision as one line, for tables of decisions: `await-handover: too-early, until 10:05:00.450`. */
export function formatDecision(decision: Decision): string {
  switch (decision.action) {
    case "check-secret":
      return `check-secret: ${decision.refusedVersion} was refused`;
    case "renew":
    case "vend":
      return `${decision.action}: ${decision.reason}`;
    case "await-renewal":
      return `await-renewal: ${decision.reason} by ${decision.lease.owner}`;
    case "await-handover":
      return `await-handover: ${decision.reason}, until ${timeOf(decision.until)}`;
    case "refuse": {
      const { reason, code, retryAt } = decision;
      return `refuse: ${reason}, ${code}, retry ${retryAt ? timeOf(retryAt) : "-"}`;
    }
  }
}

function timeOf(instant: Date): string {
  return instant.toISOString().slice(11, -1);
}
