import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { grantOf } from "../../support/an-issuer.ts";

const environment = "e";
const tokenUrl = "https://a.example/token";
const authorizeUrl = "https://a.example/authorize";
const client = { clientId: "a:b", clientSecret: "s" };
const openId = { issuer: "https://i.example", jwksUrl: "https://a.example/jwks" };

test.each<[RealmInput, object]>([
  [
    { provider: "conferma", environment, tokenUrl },
    { ...client, platformKey: "p" },
  ],
  [{ provider: "client-credentials", environment, tokenUrl, basicEncoding: "raw" }, client],
  [{ provider: "centrapay-user", environment, authorizeUrl, tokenUrl, ...openId }, client],
  [{ provider: "connectpay", environment, authorizeUrl, tokenUrl }, client],
  [
    {
      ...{ provider: "authorization-code", environment, authorizeUrl, tokenUrl },
      basicEncoding: "raw",
    },
    client,
  ],
])(
  "a client id that goes into Basic authentication as it is holds no colon: %j",
  async (settings, secret) => {
    await expect(grantOf(settings, JSON.stringify(secret))).rejects.toMatchObject({
      code: "secret-malformed",
      message: expect.stringMatching(/^clientId: must not/),
    });
  },
);

/** Escaped in JSON; without its other half it can be put into no header, form or address. */
const half = "x\udfff";
const consent = { environment, authorizeUrl, tokenUrl };

test.each<[RealmInput, object, member: string]>([
  [{ provider: "conferma", environment, tokenUrl }, { platformKey: half }, "platformKey"],
  [{ provider: "send-payments", environment, tokenUrl }, { clientId: half }, "clientId"],
  [{ provider: "client-credentials", environment, tokenUrl }, { scope: half }, "scope"],
  [{ provider: "client-credentials", environment, tokenUrl }, { clientId: half }, "clientId"],
  [{ provider: "centrapay-user", ...consent, ...openId }, { clientId: half }, "clientId"],
  [{ provider: "connectpay", ...consent }, { clientSecret: half }, "clientSecret"],
  [{ provider: "authorization-code", ...consent }, { clientId: half }, "clientId"],
])("no member holds half a surrogate pair: %j", async (settings, change, member) => {
  const secret = { clientId: "c", clientSecret: "s", platformKey: "p", ...change };
  await expect(grantOf(settings, JSON.stringify(secret))).rejects.toMatchObject({
    code: "secret-malformed",
    message: `${member}: must not hold half a surrogate pair.`,
  });
});

describe("the end of a key", () => {
  const settings = { provider: "cfis", environment, apiBaseUrl: "https://a.example" } as const;

  test.each([
    ["without an offset", "2027-01-01T00:00:00"],
    ["a day alone", "2027-01-01"],
    ["30 February", "2027-02-30T00:00:00Z"],
    ["nothing", ""],
  ])("is an instant, not %s", async (_, expiresAt) => {
    const secret = JSON.stringify({ apiKey: "k", expiresAt });
    await expect(grantOf(settings, secret)).rejects.toMatchObject({
      code: "secret-malformed",
      message: expect.stringMatching(/^expiresAt: must be an instant with an offset/),
    });
  });
});
