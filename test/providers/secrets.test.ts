import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import { grantOf } from "../support/an-issuer.ts";

interface Kind {
  readonly settings: RealmInput;
  readonly secret: Readonly<Record<string, string>>;
  /** Fields that must be there; the others may be left out. */
  readonly required: readonly string[];
}

const addresses = {
  authorizeUrl: "https://a.example/authorize",
  tokenUrl: "https://a.example/token",
};

const kinds: readonly Kind[] = [
  {
    settings: { provider: "conferma", environment: "e", tokenUrl: "https://a.example/token" },
    secret: { clientId: "c", clientSecret: "s", platformKey: "p" },
    required: ["clientId", "clientSecret", "platformKey"],
  },
  {
    settings: { provider: "send-payments", environment: "e", tokenUrl: "https://a.example/auth" },
    secret: { clientId: "c", clientSecret: "s" },
    required: ["clientId", "clientSecret"],
  },
  {
    settings: { provider: "client-credentials", environment: "e", tokenUrl: "https://a.example/" },
    secret: { clientId: "c", clientSecret: "s", scope: "read" },
    required: ["clientId", "clientSecret"],
  },
  {
    settings: { provider: "cfis", environment: "e", apiBaseUrl: "https://a.example" },
    secret: { apiKey: "k", expiresAt: "2027-01-01T00:00:00Z" },
    required: ["apiKey"],
  },
  {
    settings: { provider: "cfis-provisioning", environment: "e", apiBaseUrl: "https://a.example" },
    secret: { partnerProvisioningToken: "k", expiresAt: "2027-01-01T00:00:00Z" },
    required: ["partnerProvisioningToken"],
  },
  {
    settings: { provider: "centrapay-api-key", environment: "e", apiBaseUrl: "https://a.example" },
    secret: { apiKey: "k", expiresAt: "2027-01-01T00:00:00Z" },
    required: ["apiKey"],
  },
  {
    settings: { provider: "static-key", environment: "e", headerName: "X-Key" },
    secret: { apiKey: "k", expiresAt: "2027-01-01T00:00:00Z" },
    required: ["apiKey"],
  },
  {
    settings: {
      provider: "centrapay-user",
      environment: "e",
      ...addresses,
      issuer: "https://i.example",
      jwksUrl: "https://a.example/jwks",
    },
    secret: { clientId: "c", clientSecret: "s" },
    required: ["clientId"],
  },
  {
    settings: { provider: "connectpay", environment: "e", ...addresses },
    secret: { clientId: "c", clientSecret: "s" },
    required: ["clientId", "clientSecret"],
  },
  {
    settings: { provider: "authorization-code", environment: "e", ...addresses },
    secret: { clientId: "c", clientSecret: "s" },
    required: ["clientId"],
  },
];

/** How a secret is refused. */
async function refusalOf(settings: RealmInput, secret: string): Promise<VendingError> {
  const refusal = await grantOf(settings, secret).then(
    () => null,
    (error: unknown) => error,
  );
  if (refusal instanceof VendingError) return refusal;
  throw new Error("The secret is accepted, or refused by another error.");
}

const canary = "canary-9c1f";
const problem = (field: string, detail: string) => ({
  code: "secret-malformed",
  message: expect.stringMatching(new RegExp(`^${field}: ${detail}`)),
});

describe.each(kinds)("the secret of $settings.provider", ({ settings, secret, required }) => {
  const fields = Object.keys(secret);
  const withField = (field: string, value: unknown) =>
    JSON.stringify({ ...secret, [field]: value });

  test("is accepted as the contract shows it", async () => {
    await expect(grantOf(settings, JSON.stringify(secret))).resolves.toBeDefined();
  });

  test("may hold fields that nobody asks for", async () => {
    await expect(grantOf(settings, withField("note", canary))).resolves.toBeDefined();
  });

  test.each(required)("is refused without %s", async (field) => {
    const refusal = await refusalOf(settings, withField(field, undefined));
    expect(refusal).toMatchObject(problem(field, "is missing\\.$"));
  });

  test.each(fields)("is refused with a number, a list, an object or null for %s", async (field) => {
    for (const value of [42, [canary], { canary }, null, true]) {
      const refusal = await refusalOf(settings, withField(field, value));
      expect(refusal).toMatchObject(problem(field, "must be "));
      expect(JSON.stringify([refusal.message, refusal])).not.toContain(canary);
    }
  });

  test.each(required)("is refused with an empty %s, in words", async (field) => {
    const refusal = await refusalOf(settings, withField(field, ""));
    expect(refusal).toMatchObject(problem(field, "must (not be empty|be visible)"));
  });

  test.each(fields.filter((field) => field !== "scope"))(
    "is refused with a line break in %s, as pasting leaves it",
    async (field) => {
      for (const value of [`${canary}\r\n`, `${canary}\n`, `a\r\nX-Evil: ${canary}`]) {
        const refusal = await refusalOf(settings, withField(field, value));
        expect(refusal).toMatchObject(problem(field, "must "));
        expect(refusal.message).not.toContain(canary);
      }
    },
  );

  test.each([
    ["text", canary],
    ["broken JSON", `{"apiKey":"${canary}"`],
    ["nothing", ""],
  ])("is refused as %s", async (_, text) => {
    const refusal = await refusalOf(settings, text);
    expect(refusal).toMatchObject(problem("SecretString", "must be JSON\\.$"));
    expect(refusal.message).not.toContain(canary);
  });

  test.each([
    ["text in quotes", `"${canary}"`],
    ["null", "null"],
    ["a number", "42"],
  ])("is refused as %s", async (_, text) => {
    const refusal = await refusalOf(settings, text);
    expect(refusal).toMatchObject(problem("SecretString", "must be "));
    expect(refusal.message).not.toContain(canary);
  });
});

describe("a client id for Basic authentication", () => {
  test.each([
    "conferma",
    "client-credentials",
    "centrapay-user",
    "connectpay",
    "authorization-code",
  ])("of %s holds no colon", async (provider) => {
    const kind = kinds.find(({ settings }) => settings.provider === provider);
    if (!kind) throw new Error(provider);
    const refusal = await refusalOf(
      kind.settings,
      JSON.stringify({ ...kind.secret, clientId: "a:b" }),
    );
    expect(refusal).toMatchObject(problem("clientId", "must not"));
  });
});

describe("the end of a key", () => {
  const [settings] = kinds.flatMap((kind) =>
    kind.settings.provider === "cfis" ? [kind.settings] : [],
  );

  test.each([
    ["without an offset", "2027-01-01T00:00:00"],
    ["a day alone", "2027-01-01"],
    ["30 February", "2027-02-30T00:00:00Z"],
    ["nothing", ""],
  ])("is an instant, not %s", async (_, expiresAt) => {
    if (!settings) throw new Error("cfis");
    const refusal = await refusalOf(settings, JSON.stringify({ apiKey: "k", expiresAt }));
    expect(refusal).toMatchObject(problem("expiresAt", "must be an instant with an offset"));
  });
});
