import * as oauth from "oauth4webapi";
import { describe, expect, test } from "vitest";
import type { AuthorizationCodeOptions } from "../../../../local/simulators/oauth/authorization-code.ts";
import { startAuthorizationCodeServer } from "../../../../local/simulators/oauth/authorization-code.ts";
import type { AuthorizationServer } from "../../../../local/simulators/oauth/authorization-server.ts";
import { defaultUser } from "../../../../local/simulators/oauth/users.ts";
import { stopAfterTest, withBearer } from "../conferma-calls.ts";
import { createUserAgent } from "./user-agent.ts";

const redirectUri = "https://vending.example.test/callback/authorization-code/acme";
const registered = {
  clientId: "app 1/ä",
  clientSecret: "canary: + secret",
  name: "Token vending",
  redirectUris: [redirectUri],
};
const client: oauth.Client = { client_id: registered.clientId };
const clientAuthentication = oauth.ClientSecretBasic(registered.clientSecret);
const insecure = { [oauth.allowInsecureRequests]: true };

const acme = async (options: AuthorizationCodeOptions = {}) =>
  stopAfterTest(await startAuthorizationCodeServer({ clients: [registered], ...options }));

/** Configured by discovery. */
async function discover({ url }: AuthorizationServer): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(url);
  const response = await oauth.discoveryRequest(issuer, insecure);
  return oauth.processDiscoveryResponse(issuer, response);
}

function authorizeUrl(
  server: oauth.AuthorizationServer,
  parameters: Readonly<Record<string, string>> = {},
): URL {
  const url = new URL(server.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: registered.clientId,
    redirect_uri: redirectUri,
    scope: "openid read",
    state: "state-1",
    nonce: "nonce-1",
    ...parameters,
  }).toString();
  return url;
}

async function consented(server: oauth.AuthorizationServer, scopes?: readonly string[]) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = authorizeUrl(server, {
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const callback = await createUserAgent(defaultUser).consent(url, scopes ? { scopes } : {});
  const parameters = oauth.validateAuthResponse(server, client, callback, "state-1");
  return { callback, parameters, verifier };
}

async function redeem(
  server: oauth.AuthorizationServer,
  { parameters, verifier }: Awaited<ReturnType<typeof consented>>,
) {
  const response = await oauth.authorizationCodeGrantRequest(
    ...([server, client, clientAuthentication, parameters, redirectUri, verifier] as const),
    insecure,
  );
  return oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: "nonce-1",
  });
}

async function refresh(server: oauth.AuthorizationServer, refreshToken: string | undefined) {
  const response = await oauth.refreshTokenGrantRequest(
    ...([server, client, clientAuthentication, refreshToken ?? ""] as const),
    insecure,
  );
  return oauth.processRefreshTokenResponse(server, client, response);
}

describe("a standard client", () => {
  test("discovers, gets a user's consent, redeems the code with PKCE, and verifies the ID token", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const tokens = await redeem(server, await consented(server));
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(defaultUser.subject);
    expect(tokens.scope).toBe("openid read");
    expect(await withBearer(simulator, tokens.access_token)).toBe(200);
  });

  test("learns which scopes a user has left out", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const tokens = await redeem(server, await consented(server, ["openid"]));
    expect(tokens.scope).toBe("openid");
  });

  test("refreshes with rotation, or without", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const first = await redeem(server, await consented(server));
    const second = await refresh(server, first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    simulator.refreshPolicy.rotation = "none";
    const third = await refresh(server, second.refresh_token);
    expect(third.refresh_token).toBeUndefined();
    expect((await refresh(server, second.refresh_token)).token_type).toBe("bearer");
  });

  test("cannot request more than was granted when it refreshes", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const { refresh_token } = await redeem(server, await consented(server));
    const response = await oauth.refreshTokenGrantRequest(
      ...([server, client, clientAuthentication, refresh_token ?? ""] as const),
      { ...insecure, additionalParameters: { scope: "read write" } },
    );
    expect(await response.json()).toEqual({ error: "invalid_scope" });
    expect((await refresh(server, refresh_token)).access_token).toBeDefined();
  });

  test("revokes every token of a consent (RFC 7009)", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const tokens = await redeem(server, await consented(server));
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(
        ...([server, client, clientAuthentication, tokens.refresh_token ?? ""] as const),
        insecure,
      ),
    );
    expect(await withBearer(simulator, tokens.access_token)).toBe(401);
    await expect(refresh(server, tokens.refresh_token)).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  test("is distinguished from another client that uses its id", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const consent = await consented(server);
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, oauth.ClientSecretBasic("wrong"), consent.parameters] as const),
      redirectUri,
      consent.verifier,
      insecure,
    );
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect(simulator.counters.credentialsRefused()).toBe(1);
  });
});

describe("RFC 9207", () => {
  test("names the issuer in every callback when configured, and a wrong one is detected", async () => {
    const simulator = await acme({ statesIssuer: true });
    const server = await discover(simulator);
    const { callback } = await consented(server);
    expect(callback.searchParams.get("iss")).toBe(simulator.issuer);
    const denied = await createUserAgent(defaultUser).consent(authorizeUrl(server), {
      decision: "deny",
    });
    expect(denied.searchParams.get("iss")).toBe(simulator.issuer);
    const set = { iss: "https://other.invalid" };
    simulator.injectFault({ kind: "rewrite-location", route: "consent", set });
    await expect(consented(server)).rejects.toThrow('unexpected "iss"');
  });

  test("is not applied by default", async () => {
    const server = await discover(await acme());
    expect((await consented(server)).callback.searchParams.has("iss")).toBe(false);
  });
});

describe("PKCE", () => {
  test("may be left out where it is optional, and not where it is required", async () => {
    const optional = await discover(await acme());
    const callback = await createUserAgent(defaultUser).consent(authorizeUrl(optional));
    expect(callback.searchParams.has("code")).toBe(true);
    const required = await discover(await acme({ pkce: "required" }));
    const response = await createUserAgent(defaultUser).open(authorizeUrl(required));
    expect(response.headers.get("location")).toContain("error=invalid_request");
  });

  test("refuses a verifier for a code without a challenge", async () => {
    const simulator = await acme();
    const server = await discover(simulator);
    const callback = await createUserAgent(defaultUser).consent(authorizeUrl(server));
    const parameters = oauth.validateAuthResponse(server, client, callback, "state-1");
    const verifier = oauth.generateRandomCodeVerifier();
    await expect(redeem(server, { callback, parameters, verifier })).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });
});

test("consents that a user withdraws leave no live token", async () => {
  const simulator = await acme();
  const server = await discover(simulator);
  const tokens = await redeem(server, await consented(server));
  simulator.endConsents();
  expect(await withBearer(simulator, tokens.access_token)).toBe(401);
  await expect(refresh(server, tokens.refresh_token)).rejects.toMatchObject({
    error: "invalid_grant",
  });
});
