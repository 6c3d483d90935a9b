import { expect, test } from "vitest";
import type { Presentation, RenewalPolicy } from "../../functions/model/provider.ts";
import { needsConsent, providerIds } from "../../functions/model/provider-id.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import { aProvider, grantOf } from "../support/an-issuer.ts";

const e = { environment: "e" };
const tokenUrl = "https://a.example/token";
const apiBaseUrl = "https://a.example";
const bearer: Presentation = { headerName: "Authorization", scheme: "Bearer" };
const apiKey: Presentation = { headerName: "X-Api-Key", scheme: null };
const onRotation: RenewalPolicy = { renewal: "on-rotation", recheckMs: 5000, hasProbe: false };
const authorizeUrl = "https://a.example/authorize";
const person = { authorizeUrl, tokenUrl, ...e };
const openId = { issuer: "https://issuer.example", jwksUrl: "https://a.example/jwks" };
const early: RenewalPolicy = { renewal: "by-consent", beforeExpiryMs: 300_000 };
const general = { provider: "client-credentials", tokenUrl, ...e } as const;
const key = { provider: "static-key", headerName: "X-Acme", ...e } as const;

type Row = [rule: string, RealmInput, RenewalPolicy, Presentation];

const declared: readonly Row[] = [
  [
    "conferma is renewed at expiry and never before",
    { provider: "conferma", tokenUrl, ...e },
    { renewal: "at-expiry" },
    bearer,
  ],
  [
    "send-payments hands over twenty seconds before expiry",
    { provider: "send-payments", tokenUrl, ...e },
    { renewal: "at-handover", beforeExpiryMs: 20_000 },
    bearer,
  ],
  [
    "… or as the realm says",
    { provider: "send-payments", tokenUrl, handoverSeconds: 45, ...e },
    { renewal: "at-handover", beforeExpiryMs: 45_000 },
    bearer,
  ],
  [
    "client-credentials is renewed five minutes early",
    general,
    { renewal: "early", beforeExpiryMs: 300_000 },
    bearer,
  ],
  [
    "… or as the realm says",
    { ...general, earlySeconds: 60 },
    { renewal: "early", beforeExpiryMs: 60_000 },
    bearer,
  ],
  [
    "client-credentials whose new token revokes the old is renewed at expiry",
    { ...general, onIssue: "revoke" },
    { renewal: "at-expiry" },
    bearer,
  ],
  [
    "… or at the handover that the realm names",
    { ...general, onIssue: "revoke", earlySeconds: 30 },
    { renewal: "at-handover", beforeExpiryMs: 30_000 },
    bearer,
  ],
  ["cfis follows its secret", { provider: "cfis", apiBaseUrl, ...e }, onRotation, apiKey],
  [
    "… and can be asked about a key where the realm has a probe",
    { provider: "cfis", apiBaseUrl, probePath: "/validate", ...e },
    { ...onRotation, hasProbe: true },
    apiKey,
  ],
  [
    "cfis-provisioning follows its secret",
    { provider: "cfis-provisioning", apiBaseUrl, ...e },
    onRotation,
    apiKey,
  ],
  [
    "centrapay-api-key follows its secret",
    { provider: "centrapay-api-key", apiBaseUrl, ...e },
    onRotation,
    apiKey,
  ],
  [
    "static-key follows its secret, bare in the realm's header",
    key,
    onRotation,
    { headerName: "X-Acme", scheme: null },
  ],
  [
    "… or behind the realm's scheme",
    { ...key, scheme: "Token" },
    onRotation,
    { headerName: "X-Acme", scheme: "Token" },
  ],
  [
    "centrapay-user is renewed early by its refresh token, and bare in the header (A26)",
    { provider: "centrapay-user", ...person, ...openId },
    early,
    { headerName: "Authorization", scheme: null },
  ],
  [
    "connectpay is renewed early by its refresh token",
    { provider: "connectpay", ...person },
    early,
    bearer,
  ],
  [
    "authorization-code is renewed early by its refresh token",
    { provider: "authorization-code", ...person },
    early,
    bearer,
  ],
  [
    "… or as the realm says, and so presented",
    {
      provider: "authorization-code",
      ...person,
      earlySeconds: 60,
      presentation: { headerName: "X-Acme", scheme: "Token" },
    },
    { renewal: "by-consent", beforeExpiryMs: 60_000 },
    { headerName: "X-Acme", scheme: "Token" },
  ],
];

/** Holds whatever any provider looks for in a secret. */
const secret = JSON.stringify({
  clientId: "c",
  clientSecret: "s",
  platformKey: "p",
  apiKey: "k",
  partnerProvisioningToken: "k",
});

test.each(declared)("%s", async (_, settings, policy, presentation) => {
  const { provider } = await grantOf(settings, secret);
  expect(provider).toMatchObject({ policy, presentation });
});

test.each(declared)(
  "%s: people consent where its policy says so, and nowhere else",
  (_, settings) => {
    const { policy, consent } = aProvider(settings).provider;
    expect(consent !== null).toBe(policy.renewal === "by-consent");
    expect(consent !== null).toBe(needsConsent(settings.provider));
  },
);

test("every provider's declaration is stated above", () => {
  const stated = new Set(declared.map(([, { provider }]) => provider));
  expect([...stated].sort()).toEqual([...providerIds].sort());
});
