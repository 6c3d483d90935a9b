import type { Threat } from "./threat.ts";

/** Foreign code with the role of a realm's function. */
export const threatsOfARealmFunction: readonly Threat[] = [
  {
    name: "items-of-another-realm",
    arrow: "table",
    asset: "records",
    kind: "E",
    threat: "reads or writes the records of another realm",
    mitigation: "its role may use keys that begin with its realm",
    test: ["test/infra/realm-walls.test.ts", "$name", "%s"],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: "conditions: keysLike(`${realm}/*`),",
      to: 'conditions: keysLike("*"),',
    },
  },
  {
    name: "request-without-keys",
    arrow: "table",
    asset: "records",
    kind: "E",
    threat: "sends a request without keys, which no condition on keys refuses",
    mitigation: "the condition also requires that there are keys",
    test: ["test/infra/realm-walls.test.ts", "$name", "%s"],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: '[pattern] },\n    Null: { "dynamodb:LeadingKeys": "false" },',
      to: "[pattern] },",
    },
  },
  {
    name: "scan-of-the-table",
    arrow: "table",
    asset: "records",
    kind: "I",
    threat: "reads the whole table at once",
    mitigation: "a role has the actions that its code uses, and no others",
    test: ["test/infra/realm-walls.test.ts", "exactly the actions that are used are granted"],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: 'actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],',
      to: 'actions: ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Scan"],',
    },
  },
  {
    name: "due-of-another-realm",
    arrow: "table",
    asset: "records",
    kind: "I",
    threat: "queries the index for the connections of another realm",
    mitigation: "its role may query its own realm's partition",
    test: ["test/infra/realm-walls.test.ts", "$name", "%s"],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: '"ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [realm] },',
      to: "",
    },
  },
  {
    name: "secrets-of-another-realm",
    arrow: "Secrets Manager",
    asset: "secrets",
    kind: "E",
    threat: "reads the secrets of another realm",
    mitigation: "its role may read secrets whose names begin with its realm",
    test: ["test/infra/realm-walls.test.ts", "$name", "%s"],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: "resourceName: `${prefix}*`,",
      to: 'resourceName: "*",',
    },
  },
  {
    name: "tokens-of-another-realm",
    arrow: "KMS",
    asset: "tokens",
    kind: "E",
    threat: "has KMS decrypt the data keys of another realm",
    mitigation: "its role may use its own realm's connections as encryption context",
    test: ["test/infra/realm-walls.test.ts", "$name", "%s"],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: 'StringLike: { "kms:EncryptionContext:connection": `${realm}/*` },',
      to: 'StringLike: { "kms:EncryptionContext:connection": "*" },',
    },
  },
  {
    name: "deleted-records",
    arrow: "table",
    asset: "consents",
    kind: "D",
    threat: "deletes the records of its realm, and with them people's consents",
    mitigation: "one role may delete, and only pending consents",
    test: [
      "test/infra/consent-walls.test.ts",
      "%s of a realm of consents reaches its own realm alone",
    ],
    removal: {
      file: "infra/constructs/permissions.ts",
      from: "conditions: keysLike(`${realm}/~consent/*`),",
      to: "conditions: keysLike(`${realm}/**`),",
    },
  },
  {
    name: "own-realm",
    arrow: "Secrets Manager",
    asset: "secrets",
    kind: "I",
    threat: "reads secrets, tokens and refresh tokens of its own realm",
    accepted:
      "that is what it is for; the harm ends at the realm. begin-consent needs no token, but its role can decrypt its realm's",
  },
  {
    name: "sends-tokens-away",
    arrow: "token request",
    asset: "tokens",
    kind: "I",
    threat: "sends what it knows to any address",
    accepted:
      "functions are in no VPC and may connect to any address: providers' addresses change, so that a list of them would have to follow",
  },
];
