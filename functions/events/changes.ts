import { realmOf } from "../model/connection.ts";
import type {
  ConnectionEvent,
  ConsentDifference,
  ConsentEndReason,
  EventContent,
  RecoverableTrouble,
} from "../model/connection-events.ts";
import type { RenewalPolicy } from "../model/provider.ts";
import { isByConsent } from "../model/provider.ts";
import { scopesOf } from "../model/scopes.ts";
import type { StoredConsent, TokenRecord } from "../model/token-record.ts";
import { consentEndsAt } from "../model/token-record.ts";
import type { ObservedRecord, RecordChange } from "../model/told.ts";
import { contestedUntil, isConsentInForce, isOfEnd, isRejected, termOf } from "./standing.ts";

/** What events depend on of a realm. */
export interface WatchedRealm {
  readonly policy: RenewalPolicy;
}

/** An event's content, with what tells it from others of its kind under the same fence. */
type Finding = readonly [content: EventContent, ...about: readonly (Date | string | number)[]];

/**
 * The events of one write: one for each change of the connection's state, and none for a write that changes none. Pure: the
 * same write gives the same events, with the same keys.
 */
export function eventsOf(change: RecordChange, realm: WatchedRealm): ConnectionEvent[] {
  const { before, after, connection, at } = change;
  const record = after?.record ?? before?.record;
  if (!record) return [];
  const { fence, version } = record;
  const findings = after
    ? [
        ...consentFindings(before, after, realm),
        ...noticeFindings(before, after, realm),
        ...rejectionFindings(before?.record ?? null, after.record),
        ...contestFindings(before, after, realm),
      ]
    : deletionFindings(before, realm);
  return findings.map(([content, ...about]) => ({
    key: [connection, fence, content.kind, ...about.map(keyPart)].join("#"),
    ...{ connection, realm: realmOf(connection), fence, version, at },
    ...content,
  }));
}

function keyPart(about: Date | string | number): string {
  return String(about instanceof Date ? about.getTime() : about);
}

function consentFindings(
  before: ObservedRecord | null,
  after: ObservedRecord,
  { policy }: WatchedRealm,
): Finding[] {
  const was = before !== null && isConsentInForce(before, policy);
  const is = isConsentInForce(after, policy);
  const { consent } = after.record;
  if (!is || !consent) return was ? [endFinding(before.record, after.record, policy)] : [];
  const earlier = before?.record.consent ?? null;
  const differences = differencesOf(earlier, consent);
  const about = after.record.token?.issuedAt ?? consent.consentedAt;
  const changed: Finding[] =
    differences.length > 0
      ? [[{ kind: "consent-changed", changed: differences, ...given(after.record) }, about]]
      : [];
  if (isNewConsent(earlier, consent)) return [grantFinding(after.record), ...changed];
  const resumed: Finding[] = was ? [] : [recovery("consent-ended", consent.consentedAt)];
  return [...resumed, ...changed];
}

/** A damaged instant is read as the epoch: it is no new consent. */
function isNewConsent(before: StoredConsent | null, { consentedAt }: StoredConsent): boolean {
  if (consentedAt.getTime() === 0) return false;
  return before?.consentedAt.getTime() !== consentedAt.getTime();
}

function grantFinding(record: TokenRecord): Finding {
  const granted = given(record);
  const withheld = scopesOf(record.consent?.details?.withheldScope ?? "");
  const about = granted.consentedAt;
  return withheld.length > 0
    ? [{ kind: "consent-partial", ...granted, withheld }, about]
    : [{ kind: "consent-granted", ...granted }, about];
}

function given(record: TokenRecord) {
  const { consentedAt = new Date(0), grantedScope = null } = record.consent ?? {};
  return { consentedAt, endsAt: consentEndsAt(record), grantedScope };
}

/** What a provider stated neither before nor now is no difference. */
function differencesOf(before: StoredConsent | null, now: StoredConsent): ConsentDifference[] {
  if (!before) return [];
  const isOther = (earlier: string | null, later: string | null) => earlier !== later;
  return [
    ...(isOther(before.subject, now.subject) ? (["subject"] as const) : []),
    ...(isOther(before.customer, now.customer) ? (["customer"] as const) : []),
    ...(isOther(before.grantedScope, now.grantedScope) ? (["scope"] as const) : []),
  ];
}

function endFinding(before: TokenRecord, after: TokenRecord, policy: RenewalPolicy): Finding {
  const since = before.consent?.consentedAt ?? new Date(0);
  return [{ kind: "consent-ended", reason: endReason(after, policy) }, since];
}

/** A consent that the provider has not refused has ended because it was told so. */
function endReason(after: TokenRecord, policy: RenewalPolicy): ConsentEndReason {
  if (!after.consent) return "disconnected";
  return termOf(after, policy) ? "expired" : "refused";
}

/** What time alone has brought: the mark of a notice is a write like any other. */
function noticeFindings(
  before: ObservedRecord | null,
  after: ObservedRecord,
  { policy }: WatchedRealm,
): Finding[] {
  const { end } = after.told;
  const term = termOf(after.record, policy);
  // A mark may have been overtaken: what was given or extended meanwhile does not end so soon.
  if (!end || end.days === 0 || !term || !isOfEnd(end, term)) return [];
  const earlier = before?.told.end;
  if (earlier && isOfEnd(earlier, term) && earlier.days <= end.days) return [];
  const kind = term.of === "consent" ? "consent-ending" : "key-expiring";
  return [[{ kind, endsAt: end.endsAt, days: end.days }, end.endsAt, end.days]];
}

function rejectionFindings(
  before: TokenRecord | null,
  { failure, ...after }: TokenRecord,
): Finding[] {
  const was = before !== null && isRejected(before);
  if (!failure || !isRejected({ failure, ...after })) {
    return was ? [recovery("credentials-rejected", before.failure?.at)] : [];
  }
  return was ? [] : [[{ kind: "credentials-rejected", code: failure.code }, failure.at]];
}

function contestFindings(
  before: ObservedRecord | null,
  after: ObservedRecord,
  { policy }: WatchedRealm,
): Finding[] {
  const was = before !== null && contestedUntil(before, policy) !== null;
  const until = contestedUntil(after, policy);
  if (!until) return was ? [recovery("contested", before.record.rejections?.at)] : [];
  return was ? [] : [[{ kind: "contested", until }, after.record.rejections?.at ?? until]];
}

function recovery(from: RecoverableTrouble, since: Date = new Date(0)): Finding {
  return [{ kind: "recovered", from }, from, since];
}

/** Somebody has deleted the row: nothing else deletes one. */
function deletionFindings(before: ObservedRecord | null, { policy }: WatchedRealm): Finding[] {
  if (!before || !isByConsent(policy) || !isConsentInForce(before, policy)) return [];
  const since = before.record.consent?.consentedAt ?? new Date(0);
  return [[{ kind: "consent-ended", reason: "deleted" }, since]];
}
