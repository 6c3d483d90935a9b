import { describe, expect, test } from "vitest";
import { readEnvironment, StartUpError } from "../../functions/platform/environment.ts";

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
    readEnvironment({ ...variables, ...changes });
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("It starts.");
}

describe("the environment", () => {
  test("is what the contract lists, understood", () => {
    const environment = readEnvironment({ ...variables, AWS_REGION: "eu-west-1" });
    expect(environment).toMatchObject({
      tableName: "tokens",
      secretPrefix: "token-vending/conferma/production/",
      realm: { provider: "conferma", environment: "production" },
    });
    expect(Buffer.from(environment.sealingKey.expose())).toEqual(keyBytes);
  });

  test.each(Object.keys(variables))("is refused without %s", (name) => {
    expect(refusalOf({ [name]: undefined })).toBe(`${name} is missing.`);
    expect(refusalOf({ [name]: "" })).toBe(`${name} is missing.`);
  });

  test.each(["{", "conferma", "'{}'"])("is refused with %s for REALM", (text) => {
    expect(refusalOf({ REALM: text })).toBe("REALM is not JSON.");
  });

  test.each(["42", '"conferma"', "null", "[]", "{}"])("is refused with %s for REALM", (text) => {
    expect(refusalOf({ REALM: text })).toMatch(/^REALM: (provider|the whole of it): /);
  });

  test.each([
    ["text", "secret-canary"],
    ["too few bytes", `local:${Buffer.alloc(31, 7).toString("base64")}`],
    ["too many bytes", `local:${Buffer.alloc(33, 7).toString("base64")}`],
    ["no prefix", keyBytes.toString("base64")],
    ["a line feed", `${variables.SEALING_KEY}\n`],
    ["what is not base64", `local:${"*".repeat(43)}=`],
  ])("is refused with a sealing key of %s, which it does not repeat", (_, key) => {
    const refusal = refusalOf({ SEALING_KEY: key });
    expect(refusal).toMatch(/^SEALING_KEY must be /);
    expect(refusal).not.toContain(key.slice(-12).trim());
  });
});
