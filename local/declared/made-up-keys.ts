import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { generateValue } from "../secret-seeder.ts";
import type { LocalSecret } from "./declared-realm.ts";

interface SigningSettings {
  readonly signingAlgorithm?: string | undefined;
}

/** The members of a secret that sign assertions. */
export async function makeUpKey({
  signingAlgorithm = "ES256",
}: SigningSettings): Promise<LocalSecret> {
  return { privateKey: await newKey(signingAlgorithm), keyId: generateValue("key") };
}

/** PEM, of the secret's key; undefined if it has none that can be read. */
export function publicKeyIn(secret: LocalSecret): string | undefined {
  const key = keyIn(secret);
  return key && createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
}

/** Whether the secret has a key that signs as declared. */
export function isKeyKept({ signingAlgorithm }: SigningSettings, kept: LocalSecret): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails } = keyIn(kept) ?? {};
  if (type === undefined || signingAlgorithm === undefined) return type !== undefined;
  const [wantedType, wanted = {}] = kindOfKey(signingAlgorithm);
  return type === wantedType && asymmetricKeyDetails?.namedCurve === wanted.namedCurve;
}

function keyIn({ privateKey }: LocalSecret): KeyObject | undefined {
  try {
    return privateKey === undefined ? undefined : createPrivateKey(privateKey);
  } catch {
    // Somebody may have put another text there, to see what happens.
    return undefined;
  }
}

type KeyKind = readonly [
  type: "rsa" | "ec" | "ed25519",
  options?: { readonly namedCurve?: string },
];

const curves: Readonly<Record<string, string>> = {
  ES256: "prime256v1",
  ES384: "secp384r1",
  ES512: "secp521r1",
};

/** RFC 7518 §3.1, RFC 8037 §3.1. */
function kindOfKey(algorithm: string): KeyKind {
  const namedCurve = curves[algorithm];
  if (namedCurve !== undefined) return ["ec", { namedCurve }];
  return [algorithm === "EdDSA" ? "ed25519" : "rsa"];
}

async function newKey(algorithm: string): Promise<string> {
  const [type, { namedCurve = "" } = {}] = kindOfKey(algorithm);
  const pair =
    type === "rsa"
      ? await promisify(generateKeyPair)("rsa", { modulusLength: 2048 })
      : type === "ec"
        ? await promisify(generateKeyPair)("ec", { namedCurve })
        : await promisify(generateKeyPair)("ed25519");
  return pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}
