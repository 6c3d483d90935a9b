import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import { realms } from "../../infra/realms.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const good = {
  provider: "conferma",
  environment: "sandbox",
  tokenUrl: "https://conferma.example/token",
} as const satisfies RealmInput;

describe("a bad realm fails the synthesis, by name and key:", () => {
  const cases: readonly [why: string, realm: Record<string, unknown>, name: string, key: string][] =
    [
      ["a key is missing", { tokenUrl: undefined }, "conferma/sandbox", "tokenUrl"],
      ["a key is unknown", { tokenURL: "https://a.example" }, "conferma/sandbox", "tokenURL"],
      ["a key is of another provider", { headerName: "x" }, "conferma/sandbox", "headerName"],
      ["plain http", { tokenUrl: "http://conferma.example" }, "conferma/sandbox", "tokenUrl"],
      [
        "a password in an address",
        { tokenUrl: "https://me:secret@conferma.example" },
        "conferma/sandbox",
        "tokenUrl",
      ],
      ["no such provider", { provider: "confirma" }, "confirma/sandbox", "provider"],
      ["no provider", { provider: undefined }, "undefined/sandbox", "provider"],
      ["no environment", { environment: undefined }, "conferma/undefined", "environment"],
      ["an empty environment", { environment: "" }, "conferma/", "environment"],
      ["capitals", { environment: "Sandbox" }, "conferma/Sandbox", "environment"],
      ["a pattern as environment", { environment: "*" }, "conferma/*", "environment"],
      [
        "a pattern in an environment",
        { environment: "s?ndbox" },
        "conferma/s?ndbox",
        "environment",
      ],
      ["a path as environment", { environment: "a/b" }, "conferma/a/b", "environment"],
      [
        "a deadline over the longest lease",
        { deadlineMs: 20_001 },
        "conferma/sandbox",
        "deadlineMs",
      ],
      [
        "a deadline that is no number",
        { deadlineMs: Number.NaN },
        "conferma/sandbox",
        "deadlineMs",
      ],
      ["a deadline in words", { deadlineMs: "5 s" }, "conferma/sandbox", "deadlineMs"],
      [
        "a word that is not known",
        { basicEncoding: "base64" },
        "conferma/sandbox",
        "basicEncoding",
      ],
      [
        "a header of two lines",
        { extraHeaders: { "x-a": "a\r\nb: c" } },
        "conferma/sandbox",
        "extraHeaders.x-a",
      ],
      [
        "a probe without an address",
        {
          provider: "static-key",
          headerName: "x-key",
          tokenUrl: undefined,
          probePath: "/health",
        },
        "static-key/sandbox",
        "probePath",
      ],
    ];

  test.each(cases)("%s", (_, changed, name, key) => {
    const realm = { ...good, ...changed } as unknown as RealmInput;
    const message = messageOf(() => synthesized([realm]));
    expect(message).toContain(`${name}: `);
    expect(message).toContain(` ${key}: `);
    expect(message).not.toContain("me:secret");
  });

  test("the last of several is checked as well", () => {
    const second = { ...good, environment: "production", tokenUrl: "conferma.example" };
    expect(messageOf(() => synthesized([good, second]))).toMatch(
      /conferma\/production: .*tokenUrl: must be an https address/,
    );
  });
});

describe("realms are told apart:", () => {
  test("two of the same name are refused", () => {
    const again = { ...good, tokenUrl: "https://other.example/token" };
    expect(() => synthesized([good, again])).toThrow();
  });

  // The error is CDK's: "There is already a Construct with name 'ConfermaSandbox'".
  test.fails("the refusal of two of the same name says which", () => {
    expect(messageOf(() => synthesized([good, { ...good }]))).toContain("conferma/sandbox");
  });

  // Both become the construct ConfermaStaging2.
  test.fails.each([
    ["conferma/staging-2", "conferma/staging2"],
    ["conferma/eu.west", "conferma/eu-west"],
    ["cfis-provisioning/staging", "cfis/provisioning-staging"],
  ])("%s and %s may both be there", (one, two) => {
    expect(realmsOf([one, two].map(named))).toEqual([one, two]);
  });

  test.each([
    ["conferma/sandbox", "conferma/sandbox-2"],
    ["conferma/sandbox", "conferma/production"],
    ["conferma/sandbox", "cfis/sandbox"],
    ["cfis/sandbox", "cfis-provisioning/sandbox"],
    ["conferma/a-", "conferma/a"],
  ])("%s and %s may both be there", (one, two) => {
    expect(realmsOf([one, two].map(named))).toEqual([one, two]);
  });
});

describe("what is deployed keeps its identity:", () => {
  const template = synthesized(realms);
  const idsOf = (type: string) => resourcesIn(template, type).map(([logicalId]) => logicalId);

  // A table, log group, role or function of another id is another one: the old one's contents stay behind.
  test.each([
    ["AWS::DynamoDB::Table", ["Tokens1180AAEA"]],
    [
      "AWS::Lambda::Function",
      [
        "ConfermaSandboxVendToken6BE79A5F",
        "CfisStagingVendToken489A43C7",
        "CfisProvisioningStagingVendToken1D8BA2EC",
        "CentrapayApiKeyTestVendToken6D6CED51",
        "SendPaymentsSandboxVendTokenB9E2F739",
      ],
    ],
    [
      "AWS::Logs::LogGroup",
      [
        "ConfermaSandboxVendTokenLogA2785507",
        "CfisStagingVendTokenLog83234663",
        "CfisProvisioningStagingVendTokenLog14C74389",
        "CentrapayApiKeyTestVendTokenLog559AA61C",
        "SendPaymentsSandboxVendTokenLog54AECD81",
      ],
    ],
    [
      "AWS::IAM::Role",
      [
        "ConfermaSandboxVendTokenServiceRoleB066237A",
        "CfisStagingVendTokenServiceRole9B3A0F17",
        "CfisProvisioningStagingVendTokenServiceRole43CEC079",
        "CentrapayApiKeyTestVendTokenServiceRole246DF06E",
        "SendPaymentsSandboxVendTokenServiceRole4BC31C0D",
      ],
    ],
  ])("%s", (type, logicalIds) => {
    expect(idsOf(type)).toEqual(expect.arrayContaining(logicalIds));
  });

  test("names that consumers look up", () => {
    expect(Object.keys(template.Outputs ?? {})).toEqual(
      expect.arrayContaining([
        "ConfermaSandboxVendTokenName920A6C49",
        "CfisStagingVendTokenNameEAE7BBC1",
        "CfisProvisioningStagingVendTokenName1E35E2EC",
        "CentrapayApiKeyTestVendTokenNameF533B0C6",
        "SendPaymentsSandboxVendTokenNameC1BC1C05",
      ]),
    );
  });

  test("a realm that joins or leaves, or another order, changes no other's", () => {
    const idsWith = (list: readonly RealmInput[]) => Object.keys(synthesized(list).Resources);
    const all = idsWith(realms);
    const rest = idsWith(realms.slice(1));
    expect(all).toEqual(expect.arrayContaining(rest));
    expect(rest.length).toBeLessThan(all.length);
    expect(idsWith([...realms].reverse()).sort()).toEqual(all.sort());
  });
});

function messageOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    return String(error);
  }
  throw new Error("It did not fail.");
}

/** Of every function, each realm once. */
function realmsOf(list: readonly RealmInput[]): string[] {
  const realmsOfFunctions = deployed(synthesized(list)).functions.map(({ environment }) => {
    const realm = JSON.parse(environment["REALM"] ?? "");
    return `${realm.provider}/${realm.environment}`;
  });
  return [...new Set(realmsOfFunctions)];
}

function named(realm: string): RealmInput {
  const [provider, environment] = realm.split("/");
  const address = provider === "conferma" ? "tokenUrl" : "apiBaseUrl";
  return { provider, environment, [address]: "https://provider.example" } as unknown as RealmInput;
}
