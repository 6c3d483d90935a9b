import { describe, expect, test } from "vitest";
import type { GrantCredential } from "../../../functions/model/consent.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { codeCredential, refreshCredential } from "../../support/a-consent.ts";
import type { ScriptedAnswer } from "../../support/an-issuer.ts";
import { issue, noAnswer, summarizeOutcome } from "../../support/an-issuer.ts";

type Exchange = readonly [
  name: string,
  settings: RealmInput,
  secret: object,
  token: string,
  credential: GrantCredential | null,
];

const atConnectPay = {
  provider: "connectpay",
  environment: "stage",
  authorizeUrl: "https://api2.example/authorize",
  tokenUrl: "https://api.example/token",
} as const;

const exchanges: readonly Exchange[] = [
  [
    "conferma",
    { provider: "conferma", environment: "sandbox", tokenUrl: "https://assure.example/token" },
    { clientId: "c", clientSecret: "canary-secret", platformKey: "p" },
    "access_token",
    null,
  ],
  [
    "send-payments",
    { provider: "send-payments", environment: "sandbox", tokenUrl: "https://send.example/auth" },
    { clientId: "c", clientSecret: "canary-secret" },
    "accessToken",
    null,
  ],
  [
    "client-credentials",
    {
      provider: "client-credentials",
      environment: "acme",
      tokenUrl: "https://oauth.example/token",
    },
    { clientId: "c", clientSecret: "canary-secret" },
    "access_token",
    null,
  ],
  [
    "connectpay, shown a code,",
    atConnectPay,
    { clientId: "c", clientSecret: "canary-secret" },
    "access_token",
    codeCredential,
  ],
  [
    "connectpay, shown a refresh token,",
    atConnectPay,
    { clientId: "c", clientSecret: "canary-secret" },
    "access_token",
    refreshCredential("anybody"),
  ],
  [
    "authorization-code, shown a code,",
    {
      provider: "authorization-code",
      environment: "acme",
      authorizeUrl: "https://login.example/authorize",
      tokenUrl: "https://login.example/token",
    },
    { clientId: "c", clientSecret: "canary-secret" },
    "access_token",
    codeCredential,
  ],
];

const error = (code: string) => JSON.stringify({ error: code });
const esec001 =
  '{"errorCode":"ESEC001","message":"Authorization has been denied for this request."}';

const answers: readonly [rule: string, play: ScriptedAnswer, outcome: string][] = [
  // Refused credentials, in every shape
  ["400 invalid_client", { status: 400, body: error("invalid_client") }, "credentials-rejected"],
  ["401 invalid_client", { status: 401, body: error("invalid_client") }, "credentials-rejected"],
  [
    "401 invalid_client with a challenge",
    { status: 401, headers: { "www-authenticate": "Basic" }, body: error("invalid_client") },
    "credentials-rejected",
  ],
  ["200 with invalid_client", { body: error("invalid_client") }, "credentials-rejected"],
  ["401 ESEC001", { status: 401, body: esec001 }, "credentials-rejected"],
  ["401 of text", { status: 401, body: "Unauthorized" }, "credentials-rejected"],
  ["401 of nothing", { status: 401 }, "credentials-rejected"],
  ["403 ESEC001", { status: 403, body: esec001 }, "credentials-rejected"],
  [
    "403 invalid_client, whenever to come back",
    { status: 403, headers: { "retry-after": "7" }, body: error("invalid_client") },
    "credentials-rejected",
  ],
  ["400 invalid_scope", { status: 400, body: error("invalid_scope") }, "credentials-rejected"],
  [
    "400 unauthorized_client",
    { status: 400, body: error("unauthorized_client") },
    "credentials-rejected",
  ],
  ["403 of a wall before the provider", { status: 403, body: "<html>" }, "provider-unavailable"],
  // Not now
  ["429", { status: 429, body: "Too Many Requests" }, "provider-throttled"],
  [
    "429 that names invalid_client",
    { status: 429, body: error("invalid_client") },
    "provider-throttled",
  ],
  [
    "403 that says when to come back",
    { status: 403, headers: { "retry-after": "7" }, body: error("too_often") },
    "provider-throttled",
  ],
  ["500 of JSON", { status: 500, body: '{"message":"oops"}' }, "provider-unavailable"],
  [
    "500 that names invalid_client",
    { status: 500, body: error("invalid_client") },
    "provider-unavailable",
  ],
  [
    "502 of a gateway that lost the answer",
    { status: 502, body: "<html>" },
    "provider-unavailable?",
  ],
  ["503 of nothing", { status: 503 }, "provider-unavailable"],
  ["504 of a gateway that lost the answer", { status: 504 }, "provider-unavailable?"],
  ["408", { status: 408 }, "provider-unavailable"],
  ["425", { status: 425 }, "provider-unavailable"],
  // Successes that are none
  ["nothing", { body: "" }, "provider-malformed?"],
  ["truncated JSON", { body: '{"access_token":"t-1","accessToken":"t' }, "provider-malformed?"],
  ["HTML", { body: "<html>maintenance</html>" }, "provider-malformed?"],
  ["an array", { body: '[{"access_token":"t-1","accessToken":"t-1"}]' }, "provider-malformed?"],
  ["text in quotes", { body: '"t-1"' }, "provider-malformed?"],
  ["null", { body: "null" }, "provider-malformed?"],
  ["a body that is too long, compressed or not UTF-8", { body: null }, "provider-malformed?"],
  [
    "an error nobody knows with a status of success",
    { body: error("surprise") },
    "provider-malformed?",
  ],
  ["an error that is an object", { body: '{"error":{"code":1}}' }, "provider-malformed?"],
  ["202", { status: 202, body: "{}" }, "provider-malformed?"],
  ["204", { status: 204, body: "" }, "provider-malformed?"],
  // Redirects and other answers that a token address should not answer
  [
    "302 to another host",
    { status: 302, headers: { location: "https://evil.example/" } },
    "provider-malformed",
  ],
  ["300", { status: 300 }, "provider-malformed"],
  ["404", { status: 404, body: "Not Found" }, "provider-malformed"],
  ["415", { status: 415, body: "{}" }, "provider-malformed"],
  // No answer
  ["no answer within the deadline", noAnswer.timeout, "provider-unavailable?"],
  ["no connection within the deadline", noAnswer.timeoutUnsent, "provider-unavailable"],
  ["a connection lost after sending", noAnswer.dropped, "provider-unavailable?"],
  ["a connection refused", noAnswer.unreachable, "provider-unavailable"],
];

/** What is refused is the person's authorisation, where there is one. */
const invalidGrants: readonly [rule: string, play: ScriptedAnswer][] = [
  ["400 invalid_grant", { status: 400, body: error("invalid_grant") }],
  ["401 invalid_grant", { status: 401, body: error("invalid_grant") }],
  ["403 invalid_grant", { status: 403, body: error("invalid_grant") }],
  ["200 with invalid_grant", { body: error("invalid_grant") }],
];

describe.each(exchanges)("%s answered", (_, settings, secret, tokenField, credential) => {
  const ask = (play: ScriptedAnswer) => issue(settings, secret, play, credential);

  test.each(answers)("%s", async (_rule, play, outcome) => {
    expect(summarizeOutcome(await ask(play))).toBe(outcome);
  });

  test.each(invalidGrants)("%s", async (_rule, play) => {
    expect(summarizeOutcome(await ask(play))).toBe(
      credential ? "consent-required" : "credentials-rejected",
    );
  });

  test.each([
    ["null", null],
    ["a number", 5],
    ["an object", {}],
    ["nothing", ""],
    ["two words", "a b"],
    ["a line feed", "a\nX-Evil: 1"],
    ["what is not ASCII", "tokén"],
    ["more than a header holds", "x".repeat(16_385)],
  ])("a token of %s", async (_rule, token) => {
    const body = JSON.stringify({ [tokenField]: token, expires_in: 300 });
    expect(summarizeOutcome(await ask({ body }))).toBe("provider-malformed?");
  });

  test("unknown members", async () => {
    const body = JSON.stringify({
      [tokenField]: "t-1",
      error: null,
      nested: { a: [1] },
      __proto__: 1,
    });
    expect(summarizeOutcome(await ask({ body }))).toMatch(/^issued, (unknown|assumed|unlimited)$/);
  });

  test.each([
    [
      "in an error",
      { status: 400, body: '{"error":"canary-secret","error_description":"canary-secret"}' },
    ],
    ["in a refusal", { status: 401, body: "client canary-secret is not known" }],
    ["in a success", { status: 200, body: '{"error":"canary-secret"}' }],
    ["in a server error", { status: 500, body: "canary-secret" }],
    ["in a redirect", { status: 302, headers: { location: "https://x/?canary-secret" } }],
  ])("its own secret back %s, and keeps that to itself", async (_rule, play) => {
    expect(JSON.stringify(await ask(play))).not.toContain("canary-secret");
  });
});

describe("a provider's Retry-After", () => {
  const settings = {
    provider: "client-credentials",
    environment: "acme",
    tokenUrl: "https://oauth.example/token",
  } as const;
  const secret = { clientId: "c", clientSecret: "s" };

  test.each([
    ["429", 429, "provider-throttled"],
    ["503", 503, "provider-unavailable"],
    ["403 of a wall", 403, "provider-unavailable"],
  ])("is kept with %s", async (_, status, code) => {
    const play = { status, headers: { "retry-after": "7" } };
    expect(await issue(settings, secret, play)).toMatchObject({ code, retryAfterMs: 7000 });
  });

  test("is null where it is missing", async () => {
    expect(await issue(settings, secret, { status: 429 })).toMatchObject({ retryAfterMs: null });
  });
});
