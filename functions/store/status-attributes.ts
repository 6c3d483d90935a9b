/**
 * The attributes of a record that an operator's role can read: all but the sealed ones. The role's policy has the same
 * list (`dynamodb:Attributes`), and so denies a read that names no attributes.
 */
export const statusAttributes = [
  "pk",
  "realm",
  "layout",
  "fence",
  "revision",
  "version",
  "fingerprint",
  "tokenFence",
  "tokenOwner",
  "issuedUnder",
  "requestedAt",
  "issuedAt",
  "usableUntil",
  "expiresAt",
  "renewAt",
  "keptUntil",
  "tokenDetails",
  "dueRealm",
  "dueAt",
  "dueUntil",
  "consentedAt",
  "grantedScope",
  "subject",
  "customer",
  "consentDetails",
  "refreshVersion",
  "refreshFingerprint",
  "refreshEndsAt",
  "secretVersion",
  "leaseOwner",
  "leaseSince",
  "leaseUntil",
  "leaseReason",
  "suspect",
  "doubtedAt",
  "rejectionsAt",
  "rejectionLevel",
  "rejectionLevelAt",
  "failure",
  "scope",
  "typicalIssueMs",
  "ledger",
  "frozen",
  "told",
] as const;

/** The attributes of links that the same role can read: by which link a person was asked last, and until when it lives. */
export const linkAttributes = ["pk", "account", "begunBy", "expiresAt", "pendingId"] as const;

/** What an operator who freezes may write, and no other attribute. A row of a connection that was never used has no more. */
export const freezeAttributes = ["pk", "realm", "frozen", "revision"] as const;

/** What the function that publishes events may write, and no other attribute: that it has told of an end. */
export const toldAttributes = ["pk", "told"] as const;

/** The other attributes of a record: what is sealed. */
export const withheldAttributes = ["sealed", "sealedRefresh"] as const;
