import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import { realmOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "../model/token-record.ts";
import { isDoubted } from "../model/token-record.ts";
import { count, instant, optionalText, text } from "./attributes.ts";
import type { statusAttributes, withheldAttributes } from "./status-attributes.ts";

/** Every attribute of a record is one that an operator may read, or one that is withheld. */
type AttributeName = (typeof statusAttributes)[number] | (typeof withheldAttributes)[number];

/** Attributes with these names, no other and none missing. */
type Named<Name extends AttributeName> = Readonly<Record<Name, AttributeValue | null>>;

/**
 * The version of the layout that this release writes. A record with a newer one is refused. Attributes that an earlier
 * release did not write get defaults when read, and are written with the next commit.
 */
export const layout = 1;

/** Fails with `internal`, saying what to do. */
export function refuseNewer(written: number): void {
  if (written <= layout) return;
  const detail = `This record has layout ${written}; this release reads up to ${layout}. Deploy the newer release.`;
  throw new VendingError("internal", detail);
}

/** Releases before 0.2 recognise their own commit by `fence`. */
export function tokenAttributes(
  connection: Connection,
  token: StoredToken,
  fence: number,
): Named<"layout" | (typeof tokenNames)[number] | (typeof dueNames)[number]> {
  return {
    layout: count(layout),
    sealed: { B: token.sealed },
    fingerprint: text(token.fingerprint),
    tokenFence: count(fence),
    tokenOwner: text(token.committedBy),
    issuedUnder: token.issuedUnder && text(token.issuedUnder),
    requestedAt: instant(token.requestedAt),
    issuedAt: instant(token.issuedAt),
    usableUntil: token.usableUntil && instant(token.usableUntil),
    expiresAt: token.expiresAt && instant(token.expiresAt),
    renewAt: instant(token.renewAt),
    secretVersion: text(token.secretVersion),
    keptUntil: token.keepAliveUntil && instant(token.keepAliveUntil),
    // The keys of the sparse index: only connections that the schedule renews have them.
    dueRealm: token.due && text(realmOf(connection)),
    dueAt: token.due && instant(token.due.at),
    dueUntil: token.due && instant(token.due.until),
    // It names its token: releases before 0.3 replace a token without it, and leave it alone.
    tokenDetails: token.attributes
      ? { M: { of: text(token.fingerprint), ...keptAttributes(token.attributes) } }
      : null,
  };
}

export const tokenNames = [
  "sealed",
  "fingerprint",
  "tokenFence",
  "tokenOwner",
  "issuedUnder",
  "requestedAt",
  "issuedAt",
  "usableUntil",
  "expiresAt",
  "renewAt",
  "secretVersion",
  "keptUntil",
  "tokenDetails",
] as const;
export const dueNames = ["dueRealm", "dueAt", "dueUntil"] as const;

export function leaseAttributes(lease: Lease): Named<"layout" | (typeof leaseNames)[number]> {
  return {
    layout: count(layout),
    leaseOwner: text(lease.owner),
    leaseSince: instant(lease.since),
    leaseUntil: instant(lease.until),
    leaseReason: text(lease.reason),
  };
}

export const leaseNames = ["leaseOwner", "leaseSince", "leaseUntil", "leaseReason"] as const;

/** Releases before 0.2 read `suspect` instead of `doubtedAt`. */
export function doubtAttributes(
  record: Pick<TokenRecord, "token" | "doubtedAt">,
): Named<"doubtedAt" | "suspect"> {
  return {
    doubtedAt: record.doubtedAt && instant(record.doubtedAt),
    suspect: isDoubted(record) ? { BOOL: true } : null,
  };
}

export function rejectionAttributes({
  rejections,
}: Pick<TokenRecord, "rejections">): Named<"rejectionLevel" | "rejectionLevelAt" | "rejectionsAt"> {
  return {
    rejectionLevel: rejections && { N: rejections.level.toFixed(4) },
    rejectionLevelAt: rejections && instant(rejections.at),
    // Written by releases before 0.2.
    rejectionsAt: null,
  };
}

export function failureAttributes(failure: Failure): Named<"failure"> {
  const { code, detail, at, retryAt, secretVersion, refusedSecretVersion } = failure;
  const fields = {
    code: text(code),
    detail: text(shortened(detail)),
    at: instant(at),
    count: count(failure.count),
    retryAt: instant(retryAt),
    ...(secretVersion === null ? {} : { secretVersion: text(secretVersion) }),
    ...(refusedSecretVersion === null ? {} : { refusedSecretVersion: text(refusedSecretVersion) }),
  };
  return { failure: { M: fields } };
}

/** Keeps the record under 4 KB. The full detail is in the log. */
const maxDetailLength = 300;

function shortened(detail: string): string {
  return detail.length <= maxDetailLength ? detail : `${detail.slice(0, maxDetailLength - 1)}…`;
}

export function ledgerAttributes(ledger: readonly LedgerEntry[]): Named<"ledger"> {
  return { ledger: ledger.length > 0 ? { L: ledger.map(ledgerAttribute) } : null };
}

function ledgerAttribute(entry: LedgerEntry): AttributeValue {
  return {
    M: {
      at: instant(entry.at),
      fence: count(entry.fence),
      owner: text(entry.owner),
      version: count(entry.version),
      reason: text(entry.reason),
      latencyMs: count(entry.latencyMs),
      outcome: text(entry.outcome),
      ...(entry.fingerprint === null ? {} : { fingerprint: text(entry.fingerprint) }),
    },
  };
}

/** The consent's attributes in the record's item. */
export function consentAttributes(
  consent: StoredConsent,
): Named<(typeof consentNames)[number] | (typeof refreshNames)[number]> {
  const { refresh } = consent;
  return {
    consentedAt: instant(consent.consentedAt),
    grantedScope: optionalText(consent.grantedScope),
    subject: optionalText(consent.subject),
    customer: optionalText(consent.customer),
    consentDetails: detailsAttribute(consent),
    sealedRefresh: refresh && { B: refresh.sealed },
    refreshVersion: refresh && count(refresh.version),
    refreshFingerprint: refresh && text(refresh.fingerprint),
    refreshEndsAt: refresh?.endsAt ? instant(refresh.endsAt) : null,
  };
}

/** It names its consent: releases before 0.3 replace a consent without it, and leave it alone. */
function detailsAttribute({ consentedAt, details = {} }: StoredConsent): AttributeValue | null {
  const { attributes, ...texts } = details;
  const fields = {
    ...textAttributes(texts),
    ...(attributes && keptAttributes(attributes)),
  };
  return Object.keys(fields).length > 0 ? { M: { ...fields, of: instant(consentedAt) } } : null;
}

/** What is kept of an answer, by the names that the settings give it. */
function keptAttributes(attributes: Readonly<Record<string, string>>) {
  return { attributes: { M: textAttributes(attributes) } };
}

function textAttributes(texts: Readonly<Record<string, string>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, text(value)]));
}

export const consentNames = [
  "consentedAt",
  "grantedScope",
  "subject",
  "customer",
  "consentDetails",
] as const;
export const refreshNames = [
  "sealedRefresh",
  "refreshVersion",
  "refreshFingerprint",
  "refreshEndsAt",
] as const;
