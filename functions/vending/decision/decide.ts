import { msBetween, plusMs } from "../../model/clock.ts";
import { needsNewSecret } from "../../model/errors.ts";
import type { RenewalPolicy, StaticKeyPolicy } from "../../model/provider.ts";
import { isByConsent, isStaticKey, revokesOnIssue } from "../../model/provider.ts";
import type {
  Failure,
  Lease,
  RenewalReason,
  StoredToken,
  TokenRecord,
} from "../../model/token-record.ts";
import { isDoubted } from "../../model/token-record.ts";
import { breakerOpenUntil } from "./back-off.ts";
import type {
  Decision,
  Findings,
  SettledDecision,
  Situation,
  VendConstraints,
} from "./decision.ts";
import { isLeaseAlive, renewableAt, usableToken } from "./usable-token.ts";

export const unconstrained: VendConstraints = { minValiditySeconds: 0, rejectedVersion: null };

const unknown = { unreadableVersion: null, secretVersion: null };
export const noFindings: Findings = { ...unknown, realmFreeze: null };

/** The whole policy of vending: pure, total, and the only place that decides to renew. */
export function decide(
  record: TokenRecord | null,
  policy: RenewalPolicy,
  constraints: VendConstraints,
  now: Date,
  findings: Findings = noFindings,
): Decision {
  const freeze = findings.realmFreeze ?? record?.frozen;
  if (freeze) return { ...frozen, freeze };
  if (!record) return isByConsent(policy) ? noConsent : renewal("cold");
  const decision = decideKnown({ record, policy, constraints, findings, now });
  return decision.action === "renew" ? unlessDoubtful(record, policy, now, decision) : decision;
}

/** A late request may revoke the next token too, until it has certainly taken effect. */
function unlessDoubtful(
  { doubtedAt }: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
  renew: Decision,
): Decision {
  if (!doubtedAt || now > doubtedAt || !revokesOnIssue(policy)) return renew;
  return { action: "await-handover", reason: "too-early", until: plusMs(doubtedAt, 1) };
}

function decideKnown(situation: Situation): Decision {
  const { record, policy, now } = situation;
  const token = isReadable(situation) ? usableToken(record, policy, now) : null;
  const sufficient = token && isSufficient(situation, token) ? token : null;
  if (isByConsent(policy) && !record.consent?.refresh) {
    return decideWithoutRefresh(situation, sufficient);
  }
  if (sufficient) return decideUsable(situation, sufficient);

  if (record.lease) return decideLeased(record, record.lease, now);
  if (isRejected(situation)) return decideRejected(situation, token);
  return token ? decideTooShort(situation, token) : decideUnusable(situation);
}

function isSufficient(situation: Situation, token: StoredToken): boolean {
  return !isRejected(situation) && lasts(token, situation.constraints, situation.now);
}

function isReadable({ record, findings }: Situation): boolean {
  return findings.unreadableVersion !== record.version;
}

/**
 * A token that does not open counts as rejected: lease, back-off and circuit breaker then apply, which limits the harm
 * when two sealing keys are in use. A static key is sealed again.
 */
function isRejected(situation: Situation): boolean {
  const { record, policy, constraints } = situation;
  if (record.token === null) return false;
  const isUnreadable = !isReadable(situation) && !isStaticKey(policy);
  return isUnreadable || constraints.rejectedVersion === record.version;
}

function lasts(token: StoredToken, constraints: VendConstraints, now: Date): boolean {
  return (
    token.usableUntil === null ||
    msBetween(now, token.usableUntil) >= constraints.minValiditySeconds * 1000
  );
}

/** A lease that has ended without an outcome: its holder crashed, and the outcome of its request is unknown. */
function decideLeased(record: TokenRecord, lease: Lease, now: Date): Decision {
  if (isLeaseAlive(record, now)) return { action: "await-renewal", reason: "lease-held", lease };
  return renewal("takeover");
}

function decideUsable(situation: Situation, token: StoredToken): Decision {
  const { record, policy, now } = situation;
  if (now < renewableAt(token, policy)) return { action: "vend", reason: "usable", token };
  if (isLeaseAlive(record, now)) return { action: "vend", reason: "renewing-elsewhere", token };
  if (record.lease) return renewal("takeover");
  return unlessBlocked(situation, "scheduled", { action: "vend", reason: "backing-off", token });
}

const refusal = { action: "refuse", retryAt: null } as const;
const frozen = { ...refusal, code: "frozen", reason: "frozen" } as const;
const noConsent = { ...refusal, code: "consent-required", reason: "no-consent" } as const;

/**
 * Nobody has consented, or the provider refuses the consent. A stored token is still vended until it expires, or until a
 * caller rejects it.
 */
function decideWithoutRefresh(situation: Situation, sufficient: StoredToken | null): Decision {
  if (sufficient) return { action: "vend", reason: "usable", token: sufficient };
  const { record, now } = situation;
  const { lease, failure } = record;
  if (lease && isLeaseAlive(record, now)) {
    return { action: "await-renewal", reason: "lease-held", lease };
  }
  const isTokenDead = failure?.code === "consent-required" && isRejected(situation);
  return isTokenDead ? renewal("rejected") : noConsent;
}

function decideRejected(situation: Situation, usable: StoredToken | null): Decision {
  const { record, policy, now } = situation;
  if (isStaticKey(policy)) return decideReportedKey(situation, policy, usable);
  const openUntil = breakerOpenUntil(record.rejections, now);
  if (openUntil) {
    return { action: "refuse", code: "contested", reason: "contested", retryAt: openUntil };
  }
  return unlessBlocked(situation, "rejected");
}

/**
 * One caller's report does not stop a static key for the others. Where the provider can be asked about the key, its answer
 * holds for `recheckMs`; elsewhere the caller is refused until the secret changes.
 */
function decideReportedKey(
  situation: Situation,
  { recheckMs, hasProbe }: StaticKeyPolicy,
  usable: StoredToken | null,
): Decision {
  const { record, now } = situation;
  if (!record.token) return unlessBlocked(situation, "cold");
  const { issuedAt, renewAt } = record.token;
  if (!hasProbe && now < renewAt) return keyUnchanged;
  const isJustProbed = hasProbe && now < plusMs(issuedAt, recheckMs);
  if (isJustProbed && usable && lasts(usable, situation.constraints, now)) {
    return { action: "vend", reason: "usable", token: usable };
  }
  return unlessBlocked(situation, "rejected");
}

const keyUnchanged = { ...refusal, code: "credentials-rejected", reason: "key-unchanged" } as const;

/** The token is usable, but not for as long as the caller demands. */
function decideTooShort(situation: Situation, token: StoredToken): Decision {
  const { record, policy, constraints, now } = situation;
  const refuse = (
    reason: "beyond-lifetime" | "too-new" | "never-renewed" | "backing-off",
    retryAt: Date | null,
  ) => ({ action: "refuse", code: "validity-unavailable", reason, retryAt }) as const;
  const until = renewableAt(token, policy);
  if (isStaticKey(policy)) {
    if (now < until) return refuse("never-renewed", null);
    return unlessBlocked(situation, "scheduled", refuse("never-renewed", null));
  }
  if (!lasts(token, constraints, token.issuedAt)) return refuse("beyond-lifetime", null);
  if (revokesOnIssue(policy)) return { action: "await-handover", reason: "validity", until };
  const replaceableAt = endOfFreshness(token);
  if (now < replaceableAt) return refuse("too-new", replaceableAt);
  const { failure } = record;
  const retryAt = failure?.refusedSecretVersion === null ? failure.retryAt : null;
  return unlessBlocked(situation, "validity", refuse("backing-off", retryAt));
}

/** During the first tenth of a token's life another one would last little longer, so a demand causes no renewal. */
function endOfFreshness({ issuedAt, usableUntil }: StoredToken): Date {
  return usableUntil ? plusMs(issuedAt, msBetween(issuedAt, usableUntil) / 10) : issuedAt;
}

/** No usable token: it is missing, in doubt, unreadable or expired. */
function decideUnusable(situation: Situation): Decision {
  const { record, policy, now } = situation;
  const { token } = record;
  if (!token) return unlessBlocked(situation, "cold");
  const mustReplace = isDoubted(record) || !isReadable(situation);
  if (mustReplace) return unlessBlocked(situation, "takeover");
  const until = renewableAt(token, policy);
  if (revokesOnIssue(policy) && now < until) {
    return { action: "await-handover", reason: "too-early", until };
  }
  return unlessBlocked(situation, "expired");
}

/** Renews, unless the last failure forbids it: during the back-off, or with refused credentials. Then decides `instead`, or refuses. */
function unlessBlocked(
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
  const { secretVersion } = findings;
  if (secretVersion === null) return { action: "check-secret", refusedVersion };
  if (secretVersion !== refusedVersion) {
    return { action: "renew", reason, newSecretVersion: secretVersion };
  }
  const refused = needsNewSecret(code) ? code : "credentials-rejected";
  return instead ?? { action: "refuse", code: refused, reason: "refused", retryAt: null };
}

function renewal(reason: RenewalReason): Decision {
  return { action: "renew", reason, newSecretVersion: null };
}
