import { jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readyRealms } from "../../infra/ready-realms.ts";
import { aKeyPair } from "../support/a-client.ts";
import {
  codeCredential,
  consentOf,
  refreshCredential,
  sampleAuthorizationRequest,
} from "../support/a-consent.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import type { PublishedServer } from "../support/published-server.ts";
import { startPublishedServer } from "../support/published-server.ts";
import { authorizeUrlOfEntry, issueByEntry } from "../support/ready-realm.ts";

let server: PublishedServer;
beforeAll(async () => {
  server = await startPublishedServer();
});
afterAll(() => server.stop());

const { publicKey, pem: privateKey } = aKeyPair("rsa");

/** What arrived, with its assertion read and verified, as the provider would. */
async function arrivedWith(name: "assertion" | "client_assertion") {
  const { method, url, headers, body } = server.arrived();
  const { [name]: assertion = "", ...parameters } = Object.fromEntries(new URLSearchParams(body));
  const { protectedHeader, payload } = await jwtVerify(assertion, publicKey);
  const { exp = 0, iat = 0, jti: _, ...claims } = payload;
  expect(headers.authorization).toBeUndefined();
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  return { asked: `${method} ${url}`, parameters, protectedHeader, claims, lives: exp - iat };
}

describe("Google service account", () => {
  const realm = readyRealms.googleServiceAccount({
    environment: "google",
    scopes: ["https://www.googleapis.com/auth/prediction", "https://mail.google.com/"],
  });
  const account = { clientId: "vending@acme.iam.gserviceaccount.com", privateKey, keyId: "k1" };
  const answer = {
    access_token: "1/8xbJqaOZXSUZbHLl5EOtu1pxz3fmmetKx9W8CV4t79M",
    expires_in: 3600,
  };
  const claims = {
    iss: "vending@acme.iam.gserviceaccount.com",
    scope: "https://www.googleapis.com/auth/prediction https://mail.google.com/",
    aud: "https://oauth2.googleapis.com/token",
  };

  test.each([
    ["its own data", account, claims],
    ["a user", { ...account, subject: "jo@acme.example" }, { ...claims, sub: "jo@acme.example" }],
  ])("is asked for %s as it documents", async (_, secret, said) => {
    server.answerWith({ status: 200, body: { ...answer, token_type: "Bearer" } });
    const outcome = await issueByEntry(realm, secret, server);
    const arrived = await arrivedWith("assertion");
    expect(arrived).toMatchObject({
      asked: "POST https://oauth2.googleapis.com/token",
      protectedHeader: { alg: "RS256", typ: "JWT", kid: "k1" },
    });
    const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    expect(arrived.parameters).toEqual({ grant_type: grant });
    expect(arrived.claims).toEqual(said);
    expect(arrived.lives).toBeLessThanOrEqual(3600);
    expect(summarizeOutcome(outcome)).toBe("issued, 3600000 to 3601000 ms");
  });

  test("refuses a wrong key, and throttles", async () => {
    const error_description = "Invalid JWT Signature.";
    server.answerWith({ status: 400, body: { error: "invalid_grant", error_description } });
    const refused = await issueByEntry(realm, account, server);
    expect(summarizeOutcome(refused)).toBe("credentials-rejected");
    server.answerWith({ status: 429, body: {}, headers: { "retry-after": "7" } });
    expect(await issueByEntry(realm, account, server)).toMatchObject({
      code: "provider-throttled",
      retryAfterMs: 7000,
    });
  });
});

describe.each([
  ["production", "https://business.revolut.com/", "https://b2b.revolut.com/"],
  ["sandbox", "https://sandbox-business.revolut.com/", "https://sandbox-b2b.revolut.com/"],
] as const)("Revolut Business, %s", (environment, app, api) => {
  const { redirectUri, state } = sampleAuthorizationRequest;
  const realm = readyRealms.revolutBusiness({ environment, redirectHost: "consents.example" });
  const secret = { clientId: "qu-acme", privateKey };
  const code = { ...codeCredential, parameters: {} };
  const refresh = refreshCredential("nobody");
  const answer = { access_token: "oa_prod_1", token_type: "bearer", expires_in: 2399 };

  async function expectRequest(grant: Readonly<Record<string, string>>): Promise<void> {
    const { asked, parameters, protectedHeader, claims } = await arrivedWith("client_assertion");
    expect(asked).toBe(`POST ${api}api/1.0/auth/token`);
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT" });
    expect(claims).toEqual({
      iss: "consents.example",
      sub: "qu-acme",
      aud: "https://revolut.com",
    });
    expect(parameters).toEqual({
      ...grant,
      client_id: "qu-acme",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
  }

  test("is where a person is sent", async () => {
    const sent = new URL(await authorizeUrlOfEntry(realm, secret, server));
    expect(`${sent.origin}${sent.pathname}`).toBe(`${app}app-confirm`);
    expect(Object.fromEntries(sent.searchParams)).toEqual({
      ...{ client_id: "qu-acme", redirect_uri: redirectUri },
      ...{ response_type: "code", state },
    });
  });

  test("redeems a code, and keeps its refresh token when the answer to a refresh has none", async () => {
    server.answerWith({ status: 200, body: { ...answer, refresh_token: "oa_prod_refresh" } });
    const redeemed = await issueByEntry(realm, secret, server, code);
    await expectRequest({
      ...{ grant_type: "authorization_code", code: "code 1/+" },
      redirect_uri: redirectUri,
    });
    expect(summarizeOutcome(redeemed)).toBe("issued, 2399000 to 2400000 ms");
    expect(consentOf(redeemed).refreshToken).toBe("oa_prod_refresh");
    server.answerWith({ status: 200, body: answer });
    const refreshed = await issueByEntry(realm, secret, server, refresh);
    await expectRequest({ grant_type: "refresh_token", refresh_token: "refresh-1" });
    expect(consentOf(refreshed).refreshToken).toBeNull();
  });

  test.each([
    ["an ended consent", 400, "invalid_grant", "consent-required"],
    ["a wrong assertion", 401, "invalid_client", "credentials-rejected"],
  ])("refuses %s", async (_, status, error, told) => {
    server.answerWith({ status, body: { error, error_description: "…" } });
    expect(summarizeOutcome(await issueByEntry(realm, secret, server, refresh))).toBe(told);
  });
});
