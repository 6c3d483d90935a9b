import { maxClockSkewMs, msBetween, plusMs } from "../../functions/model/clock.ts";
import { isByConsent, isStaticKey, revokesOnIssue } from "../../functions/model/provider.ts";
import type { Failure, StoredToken } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import { breakerOpenUntil } from "../../functions/vending/decision/back-off.ts";
import type { Decision, Situation } from "../../functions/vending/decision/decision.ts";
import { renewableAt } from "../../functions/vending/decision/usable-token.ts";

/** A decision without its instants: `refuse consent-required no-consent`. */
export function nameOf(decision: Decision): string {
  if (decision.action === "check-secret") return "check-secret";
  if (decision.action === "refuse") return `refuse ${decision.code} ${decision.reason}`;
  return `${decision.action} ${decision.reason}`;
}

/** A record's situation, or the absence of a record, in the terms of the table. */
export interface Facts extends Pick<Situation, "policy" | "findings" | "now"> {
  readonly situation: Situation | null;
  readonly isRevoking: boolean;
  readonly isKey: boolean;
  readonly lacksRefresh: boolean;
  readonly token: StoredToken | null;
  readonly opens: boolean;
  readonly isInDoubt: boolean;
  readonly isUsable: boolean;
  readonly isLongEnough: boolean;
  readonly isRejected: boolean;
  readonly isRenewalDue: boolean;
  readonly lease: "none" | "alive" | "abandoned";
}

export interface DecisionRow {
  /** The first cell. */
  readonly state: string;
  /** A decision's name. */
  readonly decision: string;
  /** Of `renew`: what is decided where the last failure forbids it; null where it is not checked. */
  readonly otherwise?: string | null;
  readonly fits: (facts: Facts) => boolean;
}

const satisfies = (facts: Facts) => facts.isUsable && facts.isLongEnough && !facts.isRejected;
const byFailure = "refuse by that failure";

/** The table of docs/architecture.md, row by row. The first row that fits decides. */
export const decisionRows: readonly DecisionRow[] = [
  {
    state: "frozen, or its realm",
    decision: "refuse frozen frozen",
    fits: ({ situation, findings }) => Boolean(situation?.record.frozen ?? findings.realmFreeze),
  },
  {
    state: "no record; consent",
    decision: "refuse consent-required no-consent",
    fits: ({ situation, policy }) => !situation && isByConsent(policy),
  },
  {
    state: "no record",
    decision: "renew cold",
    otherwise: null,
    fits: ({ situation }) => !situation,
  },
  {
    state: "consent without refresh token; sufficient",
    decision: "vend usable",
    fits: (facts) => facts.lacksRefresh && satisfies(facts),
  },
  {
    state: "consent without refresh token; being renewed",
    decision: "await-renewal lease-held",
    fits: ({ lacksRefresh, lease }) => lacksRefresh && lease === "alive",
  },
  {
    state: "consent without refresh token, which the provider has refused; rejected",
    decision: "renew rejected",
    otherwise: null,
    fits: ({ situation, lacksRefresh, isRejected }) =>
      lacksRefresh && isRejected && situation?.record.failure?.code === "consent-required",
  },
  {
    state: "consent without refresh token",
    decision: "refuse consent-required no-consent",
    fits: ({ lacksRefresh }) => lacksRefresh,
  },
  {
    state: "sufficient, before `renewAt`",
    decision: "vend usable",
    fits: (facts) => satisfies(facts) && !facts.isRenewalDue,
  },
  {
    state: "sufficient; being renewed",
    decision: "vend renewing-elsewhere",
    fits: (facts) => satisfies(facts) && facts.lease === "alive",
  },
  {
    state: "sufficient; the lease is abandoned",
    decision: "renew takeover",
    otherwise: null,
    fits: (facts) => satisfies(facts) && facts.lease === "abandoned",
  },
  {
    state: "sufficient",
    decision: "renew scheduled",
    otherwise: "vend backing-off",
    fits: satisfies,
  },
  {
    state: "being renewed",
    decision: "await-renewal lease-held",
    fits: ({ lease }) => lease === "alive",
  },
  {
    state: "the lease is abandoned",
    decision: "renew takeover",
    otherwise: null,
    fits: ({ lease }) => lease === "abandoned",
  },
  {
    state: "static key without a probe, rejected; its secret was read within 5 s",
    decision: "refuse credentials-rejected key-unchanged",
    fits: ({ isKey, policy, isRejected, isRenewalDue }) =>
      isKey && isRejected && !hasProbe(policy) && !isRenewalDue,
  },
  {
    state: "static key with a probe, rejected; usable, long enough; probed within 5 s",
    decision: "vend usable",
    fits: ({ isKey, policy, isRejected, isUsable, isLongEnough, token, now }) =>
      isKey &&
      isRejected &&
      isUsable &&
      isLongEnough &&
      hasProbe(policy) &&
      token !== null &&
      now < plusMs(token.issuedAt, 5000),
  },
  {
    state: "rejected, not a static key; the circuit breaker is open",
    decision: "refuse contested contested",
    fits: ({ situation, isKey, isRejected, now }) =>
      isRejected && !isKey && breakerOpenUntil(situation?.record.rejections ?? null, now) !== null,
  },
  {
    state: "rejected",
    decision: "renew rejected",
    otherwise: byFailure,
    fits: ({ isRejected }) => isRejected,
  },
  {
    state: "static key, usable, too short; its secret was read within 5 s",
    decision: "refuse validity-unavailable never-renewed",
    fits: ({ isKey, isUsable, isRenewalDue }) => isKey && isUsable && !isRenewalDue,
  },
  {
    state: "static key, usable, too short",
    decision: "renew scheduled",
    otherwise: "refuse validity-unavailable never-renewed",
    fits: ({ isKey, isUsable }) => isKey && isUsable,
  },
  {
    state: "usable, too short, and was so when it was issued",
    decision: "refuse validity-unavailable beyond-lifetime",
    fits: ({ situation, isUsable, token }) =>
      isUsable && situation !== null && token !== null && !lasts(situation, token, token.issuedAt),
  },
  {
    state: "usable, too short; revokes on issue",
    decision: "await-handover validity",
    fits: ({ isUsable, isRevoking }) => isUsable && isRevoking,
  },
  {
    state: "usable, too short, in the first tenth of its life",
    decision: "refuse validity-unavailable too-new",
    fits: ({ isUsable, token, now }) => isUsable && isInFirstTenth(token, now),
  },
  {
    state: "usable, too short",
    decision: "renew validity",
    otherwise: "refuse validity-unavailable backing-off",
    fits: ({ isUsable }) => isUsable,
  },
  {
    state: "no token",
    decision: "renew cold",
    otherwise: byFailure,
    fits: ({ token }) => !token,
  },
  {
    state: "in doubt, or does not open",
    decision: "renew takeover",
    otherwise: byFailure,
    fits: ({ isInDoubt, opens }) => isInDoubt || !opens,
  },
  {
    state: "revokes on issue, before `renewAt`",
    decision: "await-handover too-early",
    fits: ({ isRevoking, isRenewalDue }) => isRevoking && !isRenewalDue,
  },
  {
    state: "otherwise",
    decision: "renew expired",
    otherwise: byFailure,
    fits: () => true,
  },
];

/** The result of a `renew` that the last failure may forbid: the rules of docs/architecture.md, in their order. */
function afterLastFailure(
  { record: { failure }, findings, now }: Situation,
  decision: string,
  otherwise: string,
): string {
  if (!failure) return decision;
  const { code, retryAt, refusedSecretVersion } = failure;
  const isOver = now >= retryAt;
  const isOfSecret = code === "credentials-rejected" || code === "secret-malformed";
  const refuse = (refused: string) => (otherwise === byFailure ? `refuse ${refused}` : otherwise);
  if (!isRefusalTheLastWord(failure) || !(isOfSecret || isOver)) {
    return isOver ? decision : refuse(`${code} backing-off`);
  }
  if (findings.secretVersion === null) return "check-secret";
  const isSame = findings.secretVersion === refusedSecretVersion;
  return isSame ? refuse(`${secretRefusal(code)} refused`) : decision;
}

function secretRefusal(code: string): string {
  return code === "secret-malformed" ? code : "credentials-rejected";
}

function isRefusalTheLastWord({ secretVersion, refusedSecretVersion }: Failure): boolean {
  const isNoOtherTried = secretVersion === null || secretVersion === refusedSecretVersion;
  return refusedSecretVersion !== null && isNoOtherTried;
}

/** The matching row, and the resulting decision. */
export function decideByTable(facts: Facts): { row: DecisionRow; expected: string } {
  const row = decisionRows.find(({ fits }) => fits(facts));
  if (!row) throw new Error("No row fits.");
  const { situation, isRevoking, now } = facts;
  if (!situation) return { row, expected: row.decision };
  const expected = row.otherwise
    ? afterLastFailure(situation, row.decision, row.otherwise)
    : row.decision;
  const { doubtedAt } = situation.record;
  const mayStillBeRevoked = isRevoking && doubtedAt !== null && now <= doubtedAt;
  if (expected.startsWith("renew ") && mayStillBeRevoked) {
    return { row, expected: "await-handover too-early" };
  }
  return { row, expected };
}

export function factsOf(
  given: Omit<Situation, "record"> & Pick<Partial<Situation>, "record">,
): Facts {
  const { policy, findings, now } = given;
  const situation = given.record ? { ...given, record: given.record } : null;
  const common = { policy, findings, now, situation, isRevoking: revokesOnIssue(policy) };
  return {
    ...common,
    isKey: isStaticKey(policy),
    ...(situation ? factsOfRecord(situation) : factsWithoutRecord),
  };
}

const factsWithoutRecord = {
  token: null,
  opens: false,
  isInDoubt: false,
  isUsable: false,
  isLongEnough: false,
  isRejected: false,
  isRenewalDue: false,
  lacksRefresh: false,
  lease: "none",
} as const;

function factsOfRecord(situation: Situation) {
  const { record, policy, findings, now } = situation;
  const { token } = record;
  const opens = findings.unreadableVersion !== record.version;
  return {
    token,
    opens,
    isInDoubt: isDoubted(record),
    isUsable: opens && isUsable(situation),
    isLongEnough: token !== null && lasts(situation, token, now),
    isRejected: token !== null && isRejected(situation, opens),
    isRenewalDue: token !== null && now >= renewableAt(token, policy),
    lacksRefresh: isByConsent(policy) && !record.consent?.refresh,
    lease: leaseOf(situation),
  } as const;
}

function leaseOf({ record: { lease }, now }: Situation): Facts["lease"] {
  if (!lease) return "none";
  return now < plusMs(lease.until, maxClockSkewMs) ? "alive" : "abandoned";
}

function isRejected({ record, policy, constraints }: Situation, opens: boolean): boolean {
  return constraints.rejectedVersion === record.version || (!opens && !isStaticKey(policy));
}

function isUsable({ record, policy, now }: Situation): boolean {
  const { token, lease, failure } = record;
  if (!token || (isDoubted(record) && !isByConsent(policy))) return false;
  if (lease && revokesOnIssue(policy)) return false;
  const isRefusedKey =
    isStaticKey(policy) &&
    failure?.code === "credentials-rejected" &&
    failure.refusedSecretVersion === token.secretVersion;
  return !isRefusedKey && (token.usableUntil === null || now < token.usableUntil);
}

function lasts({ constraints }: Situation, { usableUntil }: StoredToken, from: Date): boolean {
  return (
    usableUntil === null || msBetween(from, usableUntil) >= constraints.minValiditySeconds * 1000
  );
}

function isInFirstTenth(token: StoredToken | null, now: Date): boolean {
  if (!token?.usableUntil) return false;
  const { issuedAt, usableUntil } = token;
  return msBetween(issuedAt, now) < msBetween(issuedAt, usableUntil) / 10;
}

function hasProbe(policy: Situation["policy"]): boolean {
  return policy.renewal === "on-rotation" && policy.hasProbe;
}
