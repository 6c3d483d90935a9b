import type { Threat } from "./threat.ts";

/** Somebody with a copy of table or logs. */
export const threatsOfABackupThief: readonly Threat[] = [
  {
    name: "key-in-the-backup",
    arrow: "KMS",
    asset: "tokens",
    kind: "I",
    threat: "opens tokens with the data keys that are stored beside them",
    mitigation: "a data key is stored as KMS encrypted it, for its connection",
    test: [
      "test/sealing/kms-sealer.test.ts",
      "the data key precedes the token, and KMS decrypts it for its connection only (P11, P12)",
    ],
    removal: {
      file: "functions/sealing/kms-sealer.ts",
      from: "const { keys: tokenKeys, encrypted } = await keys.forSealing(as.connection, signal);",
      to: "const { keys: tokenKeys } = await keys.forSealing(as.connection, signal);\n      const encrypted = tokenKeys.dataKey.expose();",
    },
  },
  {
    name: "data-key-of-another-connection",
    arrow: "KMS",
    asset: "tokens",
    kind: "E",
    threat: "has the function of one realm decrypt the data keys of another",
    mitigation: "KMS gets the connection as encryption context",
    test: [
      "test/sealing/data-keys.test.ts",
      "a new data key",
      "is requested with its connection as context",
    ],
    removal: {
      file: "functions/sealing/data-keys.ts",
      from: "      EncryptionContext: { connection },\n",
      to: "",
    },
  },
  {
    name: "one-data-key-for-ever",
    arrow: "KMS",
    asset: "tokens",
    kind: "I",
    threat: "opens all tokens of a connection with one data key that a process has leaked",
    mitigation: "a data key seals for one hour, and a thousand times",
    test: [
      "test/sealing/data-keys.test.ts",
      "a data key seals",
      "a thousand times, and for an hour",
    ],
    removal: {
      file: "functions/sealing/data-keys.ts",
      from: "if (known && known.ageMs() + ms < dataKeyMaxAgeMs && known.seals + seals < maxSeals)",
      to: "if (known)",
    },
  },
  {
    name: "copied-logs",
    arrow: "log",
    asset: "personal data",
    kind: "I",
    threat: "reads exported logs",
    accepted:
      "they name accounts, instants, fingerprints and the callers' roles, no token and no secret; an account's name is personal data where it names a person",
  },
];
