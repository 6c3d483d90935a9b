import { Sensitive } from "../model/sensitive.ts";

/** The variables of every function, as infra must supply them. */
export interface FunctionVariables {
  readonly TABLE_NAME: string;
  readonly REALM: string;
  readonly SECRET_PREFIX: string;
  readonly SEALING_KEY: string;
}

/** The variables of `list-connections`, as infra must supply them. */
export interface StatusVariables {
  readonly TABLE_NAME: string;
  /** JSON: a list of what `summarizeRealm` makes of each realm. */
  readonly REALMS: string;
}

/** The variables, understood. */
export interface Environment<Realm> {
  readonly tableName: string;
  readonly realm: Realm;
  readonly secretPrefix: string;
  readonly sealingKey: SealingKeySetting;
}

/** What seals tokens at rest: a key in KMS, or one that is handed over. */
export type SealingKeySetting =
  | { readonly kind: "kms"; readonly arn: string }
  | { readonly kind: "local"; readonly key: Sensitive<Uint8Array> };

/** Says which variable is wrong, and which key of it: the function does not start. */
export class StartUpError extends Error {
  override readonly name = "StartUpError";
}

/** Fails with a `StartUpError` that names the wrong variable; `readRealm` names the wrong key of `REALM`. */
export function readEnvironment<Realm>(
  variables: Readonly<Record<string, string | undefined>>,
  readRealm: (json: string) => Realm,
): Environment<Realm> {
  return {
    tableName: required(variables, "TABLE_NAME"),
    realm: readRealm(required(variables, "REALM")),
    secretPrefix: required(variables, "SECRET_PREFIX"),
    sealingKey: readSealingKey(required(variables, "SEALING_KEY")),
  };
}

/** The same for `list-connections`; `readRealms` names the wrong key of `REALMS`. */
export function readStatusEnvironment<Realm>(
  variables: Readonly<Record<string, string | undefined>>,
  readRealms: (json: string) => readonly Realm[],
): { tableName: string; realms: readonly Realm[] } {
  return {
    tableName: required(variables, "TABLE_NAME"),
    realms: readRealms(required(variables, "REALMS")),
  };
}

/** Fails with a `StartUpError` for a variable that is missing or empty. */
export function required(
  variables: Readonly<Record<string, string | undefined>>,
  name: string,
): string {
  const value = variables[name];
  if (!value) throw new StartUpError(`${name} is missing.`);
  return value;
}

/** No alias: roles are granted keys, and an alias that is moved would make every stored token unreadable at once. */
const kmsKeyArn = /^arn:aws[-a-z]*:kms:[-a-z0-9]+:\d{12}:key\/[-A-Za-z0-9]+$/;
const localKey = /^local:([A-Za-z0-9+/]{43}=)$/;

function readSealingKey(text: string): SealingKeySetting {
  if (kmsKeyArn.test(text)) return { kind: "kms", arn: text };
  const [, base64 = ""] = localKey.exec(text) ?? [];
  const key = Buffer.from(base64, "base64");
  if (key.length === 32) return { kind: "local", key: new Sensitive(key) };
  throw new StartUpError(
    "SEALING_KEY must be the ARN of a KMS key (not of an alias) or local:<base64 of 32 bytes>.",
  );
}
