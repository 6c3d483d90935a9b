import type { Threat } from "./threat.ts";

/** Somebody who writes items of the table. */
export const threatsOfATableWriter: readonly Threat[] = [
  {
    name: "token-of-another-connection",
    arrow: "table",
    asset: "tokens",
    kind: "T",
    threat: "copies a sealed token into another connection's record, or under another version",
    mitigation: "connection, version and kind are authenticated with the ciphertext",
    test: [
      "test/sealing/kms-sealer.test.ts",
      "the KMS sealer",
      "a sealed token does not open",
      "%s",
    ],
    removal: {
      file: "functions/sealing/aes-gcm.ts",
      from: 'Buffer.from(`${connection}#${version}${kind === "token" ? "" : `#${kind}`}`)',
      to: 'Buffer.from(kind === "token" ? "" : kind)',
    },
  },
  {
    name: "refresh-token-as-token",
    arrow: "table",
    asset: "refresh tokens",
    kind: "T",
    threat: "copies a sealed refresh token to where the token is, so that callers are vended it",
    mitigation: "the kind is authenticated with the ciphertext",
    test: [
      "test/sealing/aes-gcm.test.ts",
      "a refresh token does not open as a token, nor a token as a refresh token",
    ],
    removal: {
      file: "functions/sealing/aes-gcm.ts",
      from: '${kind === "token" ? "" : `#${kind}`}',
      to: "",
    },
  },
  {
    name: "changed-ciphertext",
    arrow: "table",
    asset: "tokens",
    kind: "T",
    threat: "changes bits of a sealed token",
    mitigation: "a ciphertext with another tag does not open, and is replaced",
    test: [
      "test/sealing/kms-sealer.test.ts",
      "the KMS sealer",
      "a sealed token does not open",
      "when any one bit was changed",
    ],
    removal: {
      file: "functions/sealing/aes-gcm.ts",
      from: 'return new Sensitive(Buffer.concat([text, decipher.final()]).toString("utf8"));',
      to: 'return new Sensitive(text.toString("utf8"));',
    },
  },
  {
    name: "lease-without-end",
    arrow: "table",
    asset: "availability",
    kind: "D",
    threat: "writes a lease that never ends, so that nobody renews",
    mitigation: "a lease lasts at most 30 s from when it was first seen",
    test: [
      "test/model/record-bounds.test.ts",
      "no record makes a process wait for longer than a lease or a back-off, or vends a token of the future",
    ],
    removal: {
      file: "functions/model/record-bounds.ts",
      from: "until: durationMs >= 0 && lease.until < end ? lease.until : end,",
      to: "until: lease.until,",
    },
  },
  {
    name: "back-off-without-end",
    arrow: "table",
    asset: "availability",
    kind: "D",
    threat: "writes a back-off of years",
    mitigation: "a back-off lasts at most 15 minutes from its failure",
    test: [
      "test/model/record-bounds.test.ts",
      "a back-off",
      "is at most a quarter of an hour from its failure",
    ],
    removal: {
      file: "functions/model/record-bounds.ts",
      from: "return retryAt <= latest ? failure : { ...failure, retryAt: latest };",
      to: "return failure;",
    },
  },
  {
    name: "token-without-end",
    arrow: "table",
    asset: "availability",
    kind: "T",
    threat: "writes instants that cannot be, so that an expired token is vended",
    mitigation: "a token with impossible instants counts as expired",
    test: [
      "test/model/record-bounds.test.ts",
      "a token whose times cannot be, whenever it was issued, counts as expired:",
      "%s",
    ],
    removal: {
      file: "functions/model/record-bounds.ts",
      from: "msBetween(issuedAt, usableUntil) <= maxLifetimeMs &&",
      to: "",
    },
  },
  {
    name: "unreadable-attribute",
    arrow: "table",
    asset: "availability",
    kind: "D",
    threat: "writes an attribute of another type, so that every process fails",
    mitigation: "each attribute that cannot be read gets a harmless value, and is reported",
    test: [
      "test/store/read-record.test.ts",
      "an item that is damaged",
      "in any attribute, in any way, can be read, with relevant damage named",
    ],
    removal: {
      file: "functions/store/read-record.ts",
      from: 'fence: part(() => numberOf(item, "fence"), 0),',
      to: 'fence: numberOf(item, "fence"),',
    },
  },
  {
    name: "possible-instants",
    arrow: "table",
    asset: "records",
    kind: "T",
    threat: "writes possible but wrong instants, versions, leases or scopes",
    accepted:
      "the record is not authenticated: a writer can cause needless issues, have a token vended past its end, or stop renewals. Who may write is IAM's matter; each role writes its own realm's keys",
  },
  {
    name: "replayed-record",
    arrow: "table",
    asset: "tokens",
    kind: "T",
    threat: "puts an old record back, with the token of its version",
    accepted:
      "version and token agree in an old record, so that it opens; the provider refuses a revoked token, and the caller's rejection replaces it",
  },
  {
    name: "early-deletion",
    arrow: "table",
    asset: "records",
    kind: "D",
    threat: "deletes a record, or gives it a `ttl`, so that DynamoDB does",
    accepted:
      "the next vend issues anew, and a person has to consent again; point-in-time recovery has the record for 35 days",
  },
];
