import type { Decision } from "../../functions/vending/decision/decide.ts";

/** A decision as one line, for tables of decisions: `await-handover: too-early, until 10:05:00.450`. */
export function formatDecision(decision: Decision): string {
  const summary = `${decision.action}: ${decision.reason}`;
  switch (decision.action) {
    case "renew":
    case "vend":
      return summary;
    case "await-renewal":
      return `${summary} by ${decision.lease.owner}`;
    case "await-handover":
      return `${summary}, until ${timeOf(decision.until)}`;
    case "refuse":
      return `${summary}, ${decision.code}, retry ${decision.retryAt ? timeOf(decision.retryAt) : "-"}`;
    case "check-secret":
      return `${summary}, unless still ${decision.refusedVersion} → ${formatDecision(decision.otherwise)}`;
  }
}

function timeOf(instant: Date): string {
  return instant.toISOString().slice(11, -1);
}
