import type { Decision } from "../../functions/vending/decision/decision.ts";

/** A decision as one line, so that a table of them can be read: `await-handover: too-early, until 10:05:00.450`. */
export function inWords(decision: Decision): string {
  const said = `${decision.action}: ${decision.reason}`;
  switch (decision.action) {
    case "renew":
    case "vend":
      return said;
    case "await-renewal":
      return `${said} by ${decision.lease.owner}`;
    case "await-handover":
      return `${said}, until ${timeOf(decision.until)}`;
    case "refuse":
      return `${said}, ${decision.code}, retry ${decision.retryAt ? timeOf(decision.retryAt) : "-"}`;
    case "check-secret":
      return `${said}, unless still ${decision.refusedVersion} → ${inWords(decision.otherwise)}`;
  }
}

function timeOf(instant: Date): string {
  return instant.toISOString().slice(11, -1);
}
