import type { Threat } from "./threat.ts";

/** Somebody who reads items of the table. */
export const threatsOfATableReader: readonly Threat[] = [
  {
    name: "tokens-in-the-table",
    arrow: "table",
    asset: "tokens",
    kind: "I",
    threat: "reads tokens and refresh tokens",
    mitigation: "both are encrypted with AES-256-GCM under a data key of KMS",
    test: [
      "test/sealing/kms-sealer.test.ts",
      "the KMS sealer",
      "a sealed token",
      "contains nothing of the token, and is different each time",
    ],
    removal: {
      file: "functions/sealing/sealed-layouts.ts",
      from: "cipher.final(), cipher.getAuthTag()];",
      to: "cipher.final(), cipher.getAuthTag(), Buffer.from(token.expose())];",
    },
  },
  {
    name: "repeated-nonce",
    arrow: "table",
    asset: "tokens",
    kind: "I",
    threat: "compares two tokens that were encrypted with one nonce",
    mitigation: "each encryption has a random nonce",
    test: [
      "test/sealing/kms-sealer.test.ts",
      "the KMS sealer",
      "a sealed token",
      "contains nothing of the token, and is different each time",
    ],
    removal: {
      file: "functions/sealing/sealed-layouts.ts",
      from: "const nonce = randomBytes(nonceBytes);",
      to: "const nonce = Buffer.alloc(nonceBytes);",
    },
  },
  {
    name: "links-in-the-table",
    arrow: "table",
    asset: "consents",
    kind: "S",
    threat: "reads a pending consent, and uses its link or its cookie",
    mitigation: "the table has SHA-256 hashes of link and cookie only",
    test: ["test/consents/attacks.test.ts", "a stolen link", "cannot be derived from the table"],
    removal: {
      file: "functions/platform/node-browser-secrets.ts",
      from: 'hash: (text) => createHash("sha256").update(text.expose()).digest("base64url"),',
      to: "hash: (text) => text.expose(),",
    },
  },
  {
    name: "tokens-in-an-index",
    arrow: "table",
    asset: "tokens",
    kind: "I",
    threat: "reads an index, which has fewer walls than the table",
    mitigation: "the indexes hold keys and instants",
    test: [
      "test/infra/schedule.test.ts",
      "the index of what is due",
      "projects instants besides its keys, and no token",
    ],
    removal: {
      file: "infra/constructs/token-table.ts",
      from: 'projectionType: ProjectionType.INCLUDE,\n      nonKeyAttributes: ["dueUntil"],',
      to: "projectionType: ProjectionType.ALL,",
    },
  },
  {
    name: "guessed-fingerprints",
    arrow: "table",
    asset: "tokens",
    kind: "I",
    threat: "checks guesses of a token, or of a subject, against its fingerprint",
    accepted:
      "a fingerprint is the beginning of an unkeyed SHA-256, 48 bits. A token has at least 128 random bits, so that it tells only somebody who has the token that it is this one. A key would be needed in every process that issues, and releases and keys would disagree (decision 0025). A subject can be found by trying all that a provider has, which tells what the provider calls a person whose account name stands beside it",
  },
  {
    name: "names-in-the-table",
    arrow: "table",
    asset: "personal data",
    kind: "I",
    threat: "reads who consented, and to what",
    accepted:
      "the account's name, `customer` and `grantedScope` are not sealed, `subject` is a fingerprint; docs/privacy.md lists them. DynamoDB encrypts the table at rest",
  },
];
