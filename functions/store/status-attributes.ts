/**
 * What of a record an operator's role may read: everything but what is sealed. The role's policy lists the same
 * (`dynamodb:Attributes`), and so denies a read that names no attributes at all.
 */
export const statusAttributes = [
  "pk",
  "realm",
  "layout",
  "fence",
  "version",
  "fingerprint",
  "tokenFence",
  "requestedAt",
  "issuedAt",
  "usableUntil",
  "expiresAt",
  "renewAt",
  "keptUntil",
  "secretVersion",
  "leaseOwner",
  "leaseSince",
  "leaseUntil",
  "leaseReason",
  "suspect",
  "rejectionsAt",
  "failure",
  "scope",
  "typicalIssueMs",
  "ledger",
] as const;
