import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
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
      ["no provider", { provider: undefined }, "the realm at position 1", "provider"],
      ["no environment", { environment: undefined }, "the realm at position 1", "environment"],
      ["an empty environment", { environment: "" }, "the realm at position 1", "environment"],
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

  test("a key for the deployment is misspelt, and the right one is named", () => {
    const realm = { ...good, vendConcurency: 3 } as RealmInput;
    expect(messageOf(() => synthesized([realm]))).toMatch(
      /vendConcurency: is unknown; did you mean vendConcurrency\? There are provider, .*tokenUrl.*, accounts, renewalMemoryMb, allowTestHosts, vendConcurrency$/,
    );
  });

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

  test.each([null, undefined, 7, "conferma/sandbox", {}])("%j is no realm", (none) => {
    const message = messageOf(() => synthesized([good, none as unknown as RealmInput]));
    expect(message).toMatch(/^Error: infra\/realms\.ts, the realm at position 2: \S/);
  });
});

describe("realms are told apart:", () => {
  test.each([
    ["the same settings", good],
    ["other settings", { ...good, tokenUrl: "https://other.example/token" }],
  ])("two of the same name and %s are refused, by name", (_, twin) => {
    const list = [named("cfis/sandbox"), good, twin];
    expect(messageOf(() => synthesized(list))).toBe(
      "Error: infra/realms.ts: conferma/sandbox is listed twice.",
    );
  });

  test.each([
    ["conferma/staging-2", "conferma/staging2"],
    ["conferma/eu-west", "conferma/eu--west"],
    ["conferma/sandbox", "conferma/sandbox-2"],
    ["conferma/sandbox", "conferma/production"],
    ["conferma/sandbox", "cfis/sandbox"],
    ["cfis/sandbox", "cfis-provisioning/sandbox"],
    ["conferma/a-", "conferma/a"],
  ])("%s and %s may both be there", (one, two) => {
    expect(realmsOf([one, two].map(named))).toEqual([one, two]);
  });

  test.each([
    ["conferma/eu.west", "conferma/eu-west", "token-vending-conferma-eu-west"],
    ["conferma/eu_west", "conferma/eu-west", "TokenVending-conferma-eu-west"],
    [
      "cfis-provisioning/staging",
      "cfis/provisioning-staging",
      "token-vending-cfis-provisioning-staging",
    ],
    ["conferma/a", "conferma/a-renew", "token-vending-conferma-a-renew"],
    ["conferma/a", "conferma/a-throttles", "token-vending-conferma-a-throttles"],
    ["conferma/a", "conferma/a-begin-consent", "token-vending-conferma-a-begin-consent"],
  ])("%s and %s may not: both would have a %s", (one, two, name) => {
    const message = messageOf(() => synthesized([one, two].map(named)));
    for (const part of [one, two, name]) expect(message).toContain(part);
  });

  test.each([
    ["conferma", "renew", {}],
    [
      "authorization-code",
      "complete-consent",
      { authorizeUrl: "https://a.example", tokenUrl: "https://a.example" },
    ],
  ])(
    "a realm of %s whose -%s would have a name too long for Lambda is refused, by name",
    (provider, longest, settings) => {
      const environment = "e".repeat(64 - `token-vending-${provider}--${longest}`.length);
      const realmOf = (name: string) => [{ ...named(`${provider}/${name}`), ...settings }];
      expect(realmsOf(realmOf(environment))).toHaveLength(1);
      expect(messageOf(() => synthesized(realmOf(`${environment}e`)))).toMatch(
        /\/e+: its function would be called \S+, which is 65 characters; at most 64/,
      );
    },
  );
});

describe("what is deployed keeps its identity:", () => {
  const template = synthesized(realms);
  const idsOf = (type: string) => resourcesIn(template, type).map(([logicalId]) => logicalId);

  // A table, key, log group, role, function or schedule of another id is another one: the old one's contents stay
  // behind.
  test.each([
    ["AWS::DynamoDB::Table", ["Tokens1180AAEA"]],
    ["AWS::KMS::Key", ["SealingKey98C9818D"]],
    [
      "AWS::Lambda::Function",
      [
        "confermasandboxVendToken8F9B7582",
        "confermasandboxRenewTokensF9F8FE0C",
        "cfisstagingVendTokenAEAEE547",
        "cfisstagingRenewTokens2769F2DF",
        "cfisprovisioningstagingVendToken4C7CF16C",
        "cfisprovisioningstagingRenewTokens62CB7D7C",
        "centrapayapikeytestVendTokenA29167E0",
        "centrapayapikeytestRenewTokens8D8D12FA",
        "sendpaymentssandboxVendToken16AF67D4",
        "sendpaymentssandboxRenewTokens7C743FD8",
      ],
    ],
    [
      "AWS::Logs::LogGroup",
      [
        "confermasandboxVendTokenLogBDF8E79D",
        "confermasandboxRenewTokensLog03BF6B1C",
        "cfisstagingVendTokenLog47C20EDE",
        "cfisstagingRenewTokensLog2C7D5037",
        "cfisprovisioningstagingVendTokenLogFA5A4A81",
        "cfisprovisioningstagingRenewTokensLogE782FF6F",
        "centrapayapikeytestVendTokenLog2E96B13A",
        "centrapayapikeytestRenewTokensLog7C72B113",
        "sendpaymentssandboxVendTokenLog50FD078E",
        "sendpaymentssandboxRenewTokensLog54F90EBA",
      ],
    ],
    [
      "AWS::IAM::Role",
      [
        "confermasandboxVendTokenRole04114D51",
        "confermasandboxRenewTokensRoleDA38385B",
        "cfisstagingVendTokenRole3D84EF30",
        "cfisstagingRenewTokensRoleB7C9B8F1",
        "cfisprovisioningstagingVendTokenRole03E36912",
        "cfisprovisioningstagingRenewTokensRoleC604A4FF",
        "centrapayapikeytestVendTokenRole3A6AA7C7",
        "centrapayapikeytestRenewTokensRole394E1F55",
        "sendpaymentssandboxVendTokenRole40EB11E0",
        "sendpaymentssandboxRenewTokensRoleBDF913C8",
      ],
    ],
    [
      "AWS::Scheduler::Schedule",
      [
        "confermasandboxEveryMinute989BFB85",
        "cfisstagingEveryMinuteA4ED62E4",
        "cfisprovisioningstagingEveryMinute4E218E15",
        "centrapayapikeytestEveryMinute9296825A",
        "sendpaymentssandboxEveryMinute9C2590E1",
      ],
    ],
  ])("%s", (type, logicalIds) => {
    expect(idsOf(type)).toEqual(expect.arrayContaining(logicalIds));
  });

  test("names that consumers look up", () => {
    expect(Object.keys(template.Outputs ?? {})).toEqual(
      expect.arrayContaining([
        "confermasandboxVendTokenNameBC72C708",
        "cfisstagingVendTokenNameDAA1FD54",
        "cfisprovisioningstagingVendTokenName5BA1DA79",
        "centrapayapikeytestVendTokenNameF1B02639",
        "sendpaymentssandboxVendTokenNameF4751F88",
      ]),
    );
  });

  test("a realm that joins or leaves, or another order, changes no other's", {
    timeout: 120_000,
  }, () => {
    const idsWith = (list: readonly RealmInput[]) =>
      Object.entries(synthesized(list).Resources)
        // Every change of the API is another one.
        .filter(([, { Type }]) => Type !== "AWS::ApiGateway::Deployment")
        .map(([logicalId]) => logicalId);
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

/** Of every function that is of a realm, each realm once. */
function realmsOf(list: readonly RealmInput[]): string[] {
  const realmsOfFunctions = deployed(synthesized(list)).functions.flatMap(({ environment }) => {
    const realm = JSON.parse(environment["REALM"] ?? "null");
    return realm ? `${realm.provider}/${realm.environment}` : [];
  });
  return [...new Set(realmsOfFunctions)];
}

function named(realm: string): RealmInput {
  const [provider, environment] = realm.split("/");
  const address = provider === "conferma" ? "tokenUrl" : "apiBaseUrl";
  return { provider, environment, [address]: "https://provider.example" } as unknown as RealmInput;
}
