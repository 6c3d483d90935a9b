import { Sensitive } from "../model/sensitive.ts";

/** A process's environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The variables of every function, as infra must supply them. */
export interface FunctionVariables {
  readonly TABLE_NAME: string;
  readonly REALM: string;
  readonly SECRET_PREFIX: string;
  readonly SEALING_KEY: string;
  readonly PREVIOUS_SEALING_KEY?: string;
  readonly SEALING_LAYOUT?: string;
}

/** The variables of `list-connections`, as infra must supply them. */
export interface StatusVariables {
  readonly TABLE_NAME: string;
  /** A JSON list with the summary that `summarizeRealm` makes of each realm; a long one is compressed. */
  readonly REALMS: string;
}

/** The variables of `publish-events`, as infra must supply them. */
export interface PublishVariables extends StatusVariables {
  /** The name of the event bus. */
  readonly EVENT_BUS: string;
}

/** The parsed variables. */
export interface Environment<Realm> {
  readonly tableName: string;
  readonly realm: Realm;
  readonly secretPrefix: string;
  readonly sealingKey: SealingKeySetting;
  /** In which layout tokens are sealed (functions/sealing/sealed-layouts.ts). */
  readonly sealingLayout: 1 | 2;
}

/** The key that seals tokens at rest: one in KMS, or one given in the variable. */
export type SealingKeySetting =
  | { readonly kind: "kms"; readonly arn: string; readonly previousArn: string | null }
  | { readonly kind: "local"; readonly key: Sensitive<Uint8Array> };

/** Names the invalid variable, and its invalid key. The function does not start. */
export class StartUpError extends Error {
  override readonly name = "StartUpError";
}

/** Fails with a `StartUpError` that names the invalid variable; `readRealm` names the invalid key of `REALM`. */
export function readEnvironment<Realm>(
  variables: Variables,
  readRealm: (json: string) => Realm,
): Environment<Realm> {
  return {
    tableName: requiredVariable(variables, "TABLE_NAME"),
    realm: readRealm(requiredVariable(variables, "REALM")),
    secretPrefix: requiredVariable(variables, "SECRET_PREFIX"),
    sealingKey: readSealingKey(
      requiredVariable(variables, "SEALING_KEY"),
      variables["PREVIOUS_SEALING_KEY"] || null,
    ),
    sealingLayout: readSealingLayout(variables["SEALING_LAYOUT"] || "2"),
  };
}

/** The same for `list-connections`; `readRealms` names the invalid key of `REALMS`. */
export function readStatusEnvironment<Realm>(
  variables: Variables,
  readRealms: (json: string) => readonly Realm[],
): { tableName: string; realms: readonly Realm[] } {
  return {
    tableName: requiredVariable(variables, "TABLE_NAME"),
    realms: readRealms(expandVariable("REALMS", requiredVariable(variables, "REALMS"))),
  };
}

/** The name of the event bus. Fails with a `StartUpError` where it is missing. */
export function readBusName(variables: Variables): string {
  return requiredVariable(variables, "EVENT_BUS");
}

/** Before what is compressed with Brotli, as Base64: a long list would not fit into the 4 KB that Lambda has for variables. */
const compressedMark = "br:";
/** Of what it was before: a list of ten thousand realms. */
const maxOutputLength = 4 * 1024 * 1024;

/** What a variable says that infra may have compressed. Fails with a `StartUpError` that names it. */
export function expandVariable(name: string, text: string): string {
  if (!text.startsWith(compressedMark)) return text;
  const bytes = Buffer.from(text.slice(compressedMark.length), "base64");
  try {
    // Loaded here only: the functions that vend have no such variable.
    const { brotliDecompressSync } = process.getBuiltinModule("node:zlib");
    return brotliDecompressSync(bytes, { maxOutputLength }).toString();
  } catch (cause) {
    throw new StartUpError(`${name} is damaged: what follows br: is not Brotli in Base64.`, {
      cause,
    });
  }
}

/** Fails with a `StartUpError` for a variable that is missing or empty. */
export function requiredVariable(variables: Variables, name: string): string {
  const value = variables[name];
  if (!value) throw new StartUpError(`${name} is missing.`);
  return value;
}

/** No alias: roles have permissions on keys, and moving an alias would make every stored token unreadable at once. */
export const kmsKeyArn = /^arn:aws[-a-z]*:kms:[-a-z0-9]+:\d{12}:key\/[-A-Za-z0-9]+$/;
const localKey = /^local:([A-Za-z0-9+/]{43}=)$/;

function readSealingKey(text: string, previousArn: string | null): SealingKeySetting {
  if (previousArn !== null && !kmsKeyArn.test(previousArn)) {
    throw new StartUpError("PREVIOUS_SEALING_KEY must be the ARN of a KMS key (not of an alias).");
  }
  if (kmsKeyArn.test(text)) return { kind: "kms", arn: text, previousArn };
  const [, base64 = ""] = localKey.exec(text) ?? [];
  const key = Buffer.from(base64, "base64");
  if (key.length === 32) return { kind: "local", key: new Sensitive(key) };
  throw new StartUpError(
    "SEALING_KEY must be the ARN of a KMS key (not of an alias) or local:<base64 of 32 bytes>.",
  );
}

function readSealingLayout(text: string): 1 | 2 {
  if (text === "1") return 1;
  if (text === "2") return 2;
  throw new StartUpError("SEALING_LAYOUT must be 1 or 2.");
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True for https without credentials or fragment; for http on loopback hosts only. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.hash) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
}
