import type { StoredConsent, StoredRefreshToken } from "../model/token-record.ts";
import type { Attributes, Item, ReadPart } from "./attributes.ts";
import {
  binaryOf,
  count,
  instant,
  instantOf,
  numberOf,
  optionalInstantOf,
  optionalText,
  text,
  textOf,
} from "./attributes.ts";

/** The consent's attributes, which stand beside the record's others. */
export function consentAttributes(consent: StoredConsent): Attributes {
  const { refresh } = consent;
  return {
    consentedAt: instant(consent.consentedAt),
    grantedScope: optionalText(consent.grantedScope),
    subject: optionalText(consent.subject),
    customer: optionalText(consent.customer),
    sealedRefresh: refresh && { B: refresh.sealed },
    refreshVersion: refresh && count(refresh.version),
    refreshFingerprint: refresh && text(refresh.fingerprint),
    refreshEndsAt: refresh?.endsAt ? instant(refresh.endsAt) : null,
  };
}

export const consentNames = ["consentedAt", "grantedScope", "subject", "customer"];
export const refreshNames = [
  "sealedRefresh",
  "refreshVersion",
  "refreshFingerprint",
  "refreshEndsAt",
];

/** Null where nobody has consented. An instant that is damaged does not cost a person another consent. */
export function readConsent(item: Item, part: ReadPart): StoredConsent | null {
  if (!item["consentedAt"]) return null;
  return {
    consentedAt: part(() => instantOf(item, "consentedAt"), new Date(0)),
    refresh: item["sealedRefresh"] ? part(() => readRefreshToken(item, part), null) : null,
    grantedScope: item["grantedScope"]?.S ?? null,
    subject: item["subject"]?.S ?? null,
    customer: item["customer"]?.S ?? null,
  };
}

function readRefreshToken(item: Item, part: ReadPart): StoredRefreshToken {
  return {
    sealed: binaryOf(item, "sealedRefresh"),
    version: numberOf(item, "refreshVersion"),
    fingerprint: textOf(item, "refreshFingerprint"),
    endsAt: part(() => optionalInstantOf(item, "refreshEndsAt"), null),
  };
}
