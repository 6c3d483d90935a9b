import { describe, expect, test } from "vitest";
import type { SealingKeySetting } from "../../functions/platform/environment.ts";
import { readEnvironment, StartUpError } from "../../functions/platform/environment.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";

const keyBytes = Buffer.alloc(32, 7);
const realm = {
  provider: "conferma",
  environment: "production",
  tokenUrl: "https://assure.example/token",
};
const variables = {
  TABLE_NAME: "tokens",
  REALM: JSON.stringify(realm),
  SECRET_PREFIX: "token-vending/conferma/production/",
  SEALING_KEY: `local:${keyBytes.toString("base64")}`,
};

/** Why a function does not start. */
function refusalOf(changes: Record<string, string | undefined>): string {
  try {
    readEnvironment({ ...variables, ...changes }, readRealm);
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("It starts.");
}

function keyOf(sealingKey: SealingKeySetting): Buffer {
  if (sealingKey.kind === "kms") throw new Error("It is in KMS.");
  return Buffer.from(sealingKey.key.expose());
}

const arnOfKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("the environment", () => {
  test("is parsed as the contract lists it", () => {
    const environment = readEnvironment({ ...variables, AWS_REGION: "eu-west-1" }, readRealm);
    expect(environment).toMatchObject({
      tableName: "tokens",
      secretPrefix: "token-vending/conferma/production/",
      realm: { provider: "conferma", environment: "production" },
    });
    expect(keyOf(environment.sealingKey)).toEqual(keyBytes);
  });

  test.each([
    "arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
  ])("accepts %s as a sealing key", (arn) => {
    const { sealingKey } = readEnvironment({ ...variables, SEALING_KEY: arn }, readRealm);
    expect(sealingKey).toEqual({ kind: "kms", arn, previousArn: null });
  });

  test("names the previous sealing key, if there is one", () => {
    const changed = { SEALING_KEY: `${arnOfKey}-b`, PREVIOUS_SEALING_KEY: arnOfKey };
    const { sealingKey } = readEnvironment({ ...variables, ...changed }, readRealm);
    expect(sealingKey).toMatchObject({ arn: `${arnOfKey}-b`, previousArn: arnOfKey });
  });

  test.each([
    ["absent", undefined, 2],
    ["empty", "", 2],
    ["1", "1", 1],
    ["2", "2", 2],
  ])("seals in layout 2, unless SEALING_LAYOUT is 1: %s", (_, layout, expected) => {
    const { sealingLayout } = readEnvironment({ ...variables, SEALING_LAYOUT: layout }, readRealm);
    expect(sealingLayout).toBe(expected);
  });

  test.each(["0", "3", " 1", "01", "two"])("is refused with %j for SEALING_LAYOUT", (text) => {
    expect(refusalOf({ SEALING_LAYOUT: text })).toBe("SEALING_LAYOUT must be 1 or 2.");
  });

  test.each(["alias/old", `local:${keyBytes.toString("base64")}`, `${arnOfKey}\n`])(
    "is refused with a previous sealing key of %j, which it does not repeat",
    (text) => {
      const refusal = refusalOf({ PREVIOUS_SEALING_KEY: text });
      expect(refusal).toMatch(/^PREVIOUS_SEALING_KEY must be /);
      expect(refusal).not.toContain(text);
    },
  );

  test.each(Object.keys(variables))("is refused without %s", (name) => {
    expect(refusalOf({ [name]: undefined })).toBe(`${name} is missing.`);
    expect(refusalOf({ [name]: "" })).toBe(`${name} is missing.`);
  });

  test.each(["{", "conferma", "'{}'"])("is refused with %s for REALM", (text) => {
    expect(refusalOf({ REALM: text })).toBe("REALM is not JSON.");
  });

  test.each(["42", '"conferma"', "null", "[]", "{}"])("is refused with %s for REALM", (text) => {
    expect(refusalOf({ REALM: text })).toMatch(/^REALM: (provider|the whole value): /);
  });

  test.each([
    ["text", "secret-canary"],
    ["too few bytes", `local:${Buffer.alloc(31, 7).toString("base64")}`],
    ["too many bytes", `local:${Buffer.alloc(33, 7).toString("base64")}`],
    ["no prefix", keyBytes.toString("base64")],
    ["a line feed", `${variables.SEALING_KEY}\n`],
    ["what is not base64", `local:${"*".repeat(43)}=`],
    ["an alias", "arn:aws:kms:ap-southeast-2:111122223333:alias/token-vending"],
    ["an alias's name", "alias/token-vending"],
    ["a key's id", "1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["another service", "arn:aws:s3:ap-southeast-2:111122223333:key/1234abcd-12ab-34cd-56ef"],
    ["no region", "arn:aws:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["no account", "arn:aws:kms:ap-southeast-2::key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["no key", "arn:aws:kms:ap-southeast-2:111122223333:key/"],
    ["every key", "arn:aws:kms:ap-southeast-2:111122223333:key/*"],
    ["an ARN and more", "arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd\nx"],
    ["text before an ARN", " arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd-12ab"],
  ])("is refused with a sealing key of %s, which it does not repeat", (_, key) => {
    const refusal = refusalOf({ SEALING_KEY: key });
    expect(refusal).toMatch(/^SEALING_KEY must be /);
    expect(refusal).not.toContain(key.slice(-12).trim());
  });
});
