import * as v from "valibot";
import { Sensitive } from "../model/sensitive.ts";
import { parseJson } from "./parse-json.ts";
import type { RealmSettings } from "./realm-settings.ts";
import { isSafeAddress, realmSettings } from "./realm-settings.ts";

/** The variables of every function, as infra must supply them. */
export interface FunctionVariables {
  readonly TABLE_NAME: string;
  readonly REALM: string;
  readonly SECRET_PREFIX: string;
  readonly SEALING_KEY: string;
  /** Of consent realms only. */
  readonly CONSENT_BASE_URL?: string;
  /** Of consent realms only, and optional there. */
  readonly CONSENT_REQUESTER?: string;
}

/** The variables, understood. */
export interface Environment {
  readonly tableName: string;
  readonly realm: RealmSettings;
  readonly secretPrefix: string;
  readonly sealingKey: SealingKey;
}

/** What only those functions need that people meet. */
export interface ConsentEnvironment {
  /** Public address of the callback host, without a trailing slash. */
  readonly baseUrl: string;
  /** The name people know the company by. */
  readonly requester: string;
}

/** What seals tokens at rest: a key in KMS, or one that is handed over. */
export type SealingKey =
  | { readonly kind: "kms"; readonly arn: string }
  | { readonly kind: "local"; readonly key: Sensitive<Uint8Array> };

/** Says which variable is wrong, and which key of it: the function does not start. */
export class StartUpError extends Error {
  override readonly name = "StartUpError";
}

export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): Environment {
  return {
    tableName: required(variables, "TABLE_NAME"),
    realm: readRealm(required(variables, "REALM")),
    secretPrefix: required(variables, "SECRET_PREFIX"),
    sealingKey: readSealingKey(required(variables, "SEALING_KEY")),
  };
}

/** The variables of the functions that people meet. Fails with a `StartUpError` that names the wrong one. */
export function readConsentEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): ConsentEnvironment {
  const baseUrl = required(variables, "CONSENT_BASE_URL");
  const url = URL.parse(baseUrl);
  if (!url || !isSafeAddress(baseUrl) || /[?#\s]|\/$/.test(baseUrl)) {
    throw new StartUpError(
      "CONSENT_BASE_URL must be an https address without query or trailing slash (http is for loopback hosts only).",
    );
  }
  const requester = variables["CONSENT_REQUESTER"]?.trim() || url.hostname;
  if (!requesterShape.test(requester)) {
    throw new StartUpError("CONSENT_REQUESTER must be a name of at most 80 characters.");
  }
  return { baseUrl, requester };
}

/** A line break or a change of writing direction could make a page say something else. */
const requesterShape = /^[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u;

function required(
  variables: Readonly<Record<string, string | undefined>>,
  name: keyof FunctionVariables,
): string {
  const value = variables[name];
  if (!value) throw new StartUpError(`${name} is missing.`);
  return value;
}

/** The settings of a realm, with their defaults. Fails with a `StartUpError` that names the wrong key. */
export function readRealm(json: string): RealmSettings {
  const settings = parseJson(json);
  if (settings === undefined) throw new StartUpError("REALM is not JSON.");
  const result = v.safeParse(realmSettings, settings);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = v.getDotPath(issue) ?? "the whole of it";
  throw new StartUpError(`REALM: ${key}: ${issue.message}`);
}

/** No alias: roles are granted keys, and an alias that is moved would make every stored token unreadable at once. */
const kmsKeyArn = /^arn:aws[-a-z]*:kms:[-a-z0-9]+:\d{12}:key\/[-A-Za-z0-9]+$/;
const localKey = /^local:([A-Za-z0-9+/]{43}=)$/;

function readSealingKey(text: string): SealingKey {
  if (kmsKeyArn.test(text)) return { kind: "kms", arn: text };
  const [, base64 = ""] = localKey.exec(text) ?? [];
  const key = Buffer.from(base64, "base64");
  if (key.length === 32) return { kind: "local", key: new Sensitive(key) };
  throw new StartUpError(
    "SEALING_KEY must be the ARN of a KMS key (not of an alias) or local:<base64 of 32 bytes>.",
  );
}
