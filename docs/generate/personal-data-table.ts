import {
  consentNames,
  dueNames,
  refreshNames,
  tokenNames,
} from "../../functions/store/record-attributes.ts";
import type {
  statusAttributes,
  withheldAttributes,
} from "../../functions/store/status-attributes.ts";

type StoredAttribute = (typeof statusAttributes)[number] | (typeof withheldAttributes)[number];

const technical = null;

/** What each attribute of a record says about the person who consented; a new attribute has to be added. */
const personal: Readonly<Record<StoredAttribute, string | null>> = {
  pk: "the account's name: about a person where it is a name or an e-mail address",
  realm: technical,
  layout: technical,
  fence: technical,
  revision: technical,
  version: "how often a token was issued in the person's name",
  sealed: "the token, encrypted: with it one acts in the person's name",
  fingerprint: technical,
  tokenFence: technical,
  tokenOwner: technical,
  issuedUnder: technical,
  requestedAt: technical,
  issuedAt: "when the token was issued in the person's name",
  usableUntil: technical,
  expiresAt: technical,
  renewAt: technical,
  keptUntil: technical,
  tokenDetails: technical,
  dueRealm: technical,
  dueAt: technical,
  dueUntil: technical,
  consentedAt: "when the person consented",
  grantedScope: "what the person granted",
  customer: "the owner of the data, by name, as the provider masks it",
  consentDetails:
    "what the person did not grant, or granted besides; the e-mail address or name, masked; attributes that the settings name; who asked for the consent",
  subject: "a fingerprint of the person's id at the provider",
  sealedRefresh: "the refresh token, encrypted",
  refreshVersion: technical,
  refreshFingerprint: technical,
  refreshEndsAt: "when the consent ends",
  secretVersion: technical,
  leaseOwner: technical,
  leaseSince: technical,
  leaseUntil: technical,
  leaseReason: technical,
  suspect: technical,
  doubtedAt: technical,
  rejectionsAt: technical,
  rejectionLevel: technical,
  rejectionLevelAt: technical,
  failure: "that the provider no longer accepts the consent",
  scope: technical,
  typicalIssueMs: technical,
  ledger: "when the last three tokens were issued, with their fingerprints",
  frozen: "which operator has frozen or thawed it last, when and why",
  told: "that the consent ends, when it was given, and how many days ahead that was told",
};

/** Deleted by the end of a consent (functions/store/dynamodb-token-store.ts). */
const deleted: ReadonlySet<string> = new Set([
  ...[...tokenNames, ...dueNames, ...consentNames, ...refreshNames],
  ...["doubtedAt", "suspect", "failure"],
]);

/** The attributes of a record that say something about a person, and what becomes of them when the consent is ended. */
export function personalDataTable(): string {
  const rows = Object.entries(personal).flatMap(([name, says]) =>
    says === technical
      ? []
      : [`| \`${name}\` | ${says} | ${deleted.has(name) ? "deleted" : "stays"} |`],
  );
  return ["| attribute | says | when the consent is ended |", "| --- | --- | --- |", ...rows].join(
    "\n",
  );
}
