import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { VendAnswer } from "../../functions/http/contract.ts";
import { withLinksAlias } from "../../functions/http/contract.ts";
import type { ConsentLink } from "../../functions/http/link-contract.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { startHttpApi } from "../../local/aws/api-gateway/http-api.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import type { LambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { createSecretSeeder } from "../../local/secret-seeder.ts";
import type { VendResult } from "../../local/vend-client.ts";
import { aKeyPair } from "../support/a-client.ts";
import { aWindow } from "../support/consent-in-browser.ts";
import { consentFunctionsOf, consentRoutesOf, functionNameOf } from "../support/consent-stack.ts";
import type { ForeignProvider } from "../support/foreign-provider.ts";
import { aPersonAtForeign, startForeignProvider } from "../support/foreign-provider.ts";
import { expectAnswer, sameAnswer, versionOrCode } from "../support/stack-answers.ts";
import { tokenTable } from "../support/token-table.ts";

const signer = aKeyPair("P-256");
/** One client of the provider for each realm; Basic has to encode this secret (RFC 6749 §2.3.1). */
const clientSecret = "s3cret: +/%&=?~ with signs";
const clients = {
  basic: { authentication: "client_secret_basic", clientSecret },
  post: { authentication: "client_secret_post", clientSecret },
  public: { authentication: "none" },
  "without-openid": { authentication: "client_secret_basic", clientSecret },
  "without-prompt": { authentication: "client_secret_basic", clientSecret },
  key: {
    authentication: "private_key_jwt",
    keys: [signer.publicKey.export({ format: "jwk" })],
    mustPush: true,
  },
  // A public client's refresh tokens are bound as well (RFC 9449 §5).
  "bound-public": { authentication: "none", isBound: true },
  "bound-key": {
    authentication: "private_key_jwt",
    keys: [signer.publicKey.export({ format: "jwk" })],
    isBound: true,
  },
} as const;
type Client = keyof typeof clients;
const names = Object.keys(clients) as Client[];
const realmOf = (client: Client) => `authorization-code/${client}`;

function settingsOf(client: Client, issuer: string): RealmInput {
  const isOpenId = client !== "without-openid";
  return {
    provider: "authorization-code",
    environment: client,
    // OpenID Connect Core §11: a refresh token is given to who asks for consent, as `prompt=consent` does.
    authorizeUrl: `${issuer}/auth`,
    ...(client === "without-prompt" ? {} : { authorizationParameters: { prompt: "consent" } }),
    ...(client === "post" ? { clientAuthentication: "post" } : {}),
    ...(client.endsWith("key") ? { clientAuthentication: "private_key_jwt" } : {}),
    ...(client === "key" ? { pushedAuthorizationUrl: `${issuer}/request` } : {}),
    ...(client.startsWith("bound") ? { dpop: true } : {}),
    tokenUrl: `${issuer}/token`,
    revokeUrl: `${issuer}/token/revocation`,
    ...(isOpenId ? { issuer, jwksUrl: `${issuer}/jwks` } : {}),
    scopes: [...(isOpenId ? ["openid"] : []), "offline_access", "ledger:read"],
  };
}

function secretOf(client: Client): object {
  if (client.endsWith("key")) return { privateKey: signer.pem };
  return client.endsWith("public") ? {} : { clientSecret };
}

let foreign: ForeignProvider;
let host: LambdaHost;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const [dynamoDb, secretsManager] = await Promise.all([startDynamoDb(), startSecretsManager()]);
  const api = await startHttpApi();
  stops.push(dynamoDb.stop, secretsManager.stop, api.stop);
  await createTables(dynamoDb.url, [tokenTable]);
  const secrets = createSecretSeeder(secretsManager.url, LOCAL_LOCATION.region);
  const baseUrl = api.browserUrl;
  foreign = await startForeignProvider(
    names.map((clientId) => ({
      clientId,
      redirectUri: `${baseUrl}/callback/${realmOf(clientId)}`,
      ...clients[clientId],
    })),
  );
  stops.push(foreign.stop);
  for (const client of names) {
    const secret = secretOf(client);
    const name = `token-vending/${realmOf(client)}/default`;
    await secrets.add(name, { clientId: client, ...secret });
  }
  host = startLambdaHost({
    functions: names.flatMap((client) =>
      consentFunctionsOf(settingsOf(client, foreign.issuer), baseUrl, inject("bundlesFolder")),
    ),
    endpoints: { DYNAMODB: dynamoDb.url, SECRETS_MANAGER: secretsManager.url },
    environment: {},
  });
  stops.push(host.stop);
  api.deploy({ host, route: consentRoutesOf(names.map(realmOf)) });
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function invoke(client: Client, name: string, payload: object): Promise<unknown> {
  const { functionError, payload: answer } = await host.invoke(
    functionNameOf(realmOf(client), name),
    payload,
  );
  if (functionError) throw new Error(`${name} failed: ${JSON.stringify(answer)}`);
  return answer;
}

/** What only has to be waited for is asked for again, as the client does. */
async function vend(
  client: Client,
  account: string,
  rejectedVersion?: number,
  proofNonce?: string,
): Promise<VendResult> {
  const proofFor = `GET ${foreign.issuer}/me`;
  for (;;) {
    const payload = { account, rejectedVersion, proofFor, proofNonce };
    const answer = await invoke(client, "vend-token", payload);
    if (versionOrCode(answer as VendResult) !== "renewal-in-progress") return answer as VendResult;
    await sleep(500);
  }
}

/** A person opens a new link and goes to the provider. */
async function setOut(client: Client, account: string) {
  const { url } = (await invoke(client, "begin-consent", { account })) as { url: string };
  const window = aWindow();
  return { window, authorizeUrl: await window.setOut(url) };
}

/** The title of the page at the end. */
async function consent(client: Client, account: string, decision?: "decline"): Promise<string> {
  const { window, authorizeUrl } = await setOut(client, account);
  const callback = await aPersonAtForeign("jo")(authorizeUrl, decision);
  return (await window.read(callback)).title;
}

describe("at an OpenID provider that somebody else wrote", () => {
  test.each(["basic", "post", "public", "key", "without-openid"] as const)(
    "a consent is granted to the client %s, and each refresh token is used once",
    async (client) => {
      const account = randomUUID();
      expect(await consent(client, account)).toBe("Access is granted");
      expect(versionOrCode(await vend(client, account))).toBe(1);
      const before = (await foreign.refreshTokens()).length;
      for (const rejected of [1, 2]) {
        const callers = Array.from({ length: 5 }, () => vend(client, account, rejected));
        expect(sameAnswer(await Promise.all(callers)).version).toBe(rejected + 1);
      }
      expect((await foreign.refreshTokens()).length - before).toBe(2);
    },
  );

  test("a token is that of the person who consented", async () => {
    await consent("basic", "whose");
    const { token } = expectAnswer(await vend("basic", "whose"));
    expect(await foreign.subjectOf(token)).toBe("jo");
  });

  test("no refresh token is given without `prompt=consent`, and the person is told", async () => {
    expect(await consent("without-prompt", "jo")).toBe("Part of the access is granted");
    expect(versionOrCode(await vend("without-prompt", "jo"))).toBe(1);
    expect(versionOrCode(await vend("without-prompt", "jo", 1))).toBe("consent-required");
  });

  test("a person who declines there grants nothing", async () => {
    expect(await consent("basic", "declined", "decline")).toBe("Access is not granted");
    expect(versionOrCode(await vend("basic", "declined"))).toBe("consent-required");
  });
});

describe.each(["bound-public", "bound-key"] as const)("tokens of %s (RFC 9449)", (client) => {
  /** Whose the token is, and the nonce that the provider wants. */
  async function use({ header, extraHeaders }: VendAnswer) {
    const headers = { [header.name]: header.value, ...extraHeaders };
    const response = await fetch(`${foreign.issuer}/me`, { headers });
    const { sub, error } = (await response.json()) as { sub?: string; error?: string };
    return { says: sub ?? error, nonce: response.headers.get("dpop-nonce") ?? undefined };
  }

  test.each([false, true])("are used with proofs, and renewed; nonces: %s", async (nonces) => {
    await foreign.wantNonces(nonces);
    const account = randomUUID();
    expect(await consent(client, account)).toBe("Access is granted");
    for (const rejected of [undefined, 1, 2]) {
      const answer = expectAnswer(await vend(client, account, rejected));
      expect(answer.version).toBe((rejected ?? 0) + 1);
      const { says, nonce } = await use(answer);
      expect(says).toBe(nonces ? "use_dpop_nonce" : "jo");
      const again = expectAnswer(await vend(client, account, undefined, nonce));
      expect(await use(again)).toMatchObject({ says: "jo" });
      // A proof is used once.
      expect(await use(again)).toMatchObject({ says: "invalid_token" });
      expect(await use({ ...again, extraHeaders: {} })).toMatchObject({ says: "invalid_request" });
    }
  });
});

test("a token that is bound to a key is not vended to a caller that names no request", async () => {
  const account = randomUUID();
  expect(await consent("bound-key", account)).toBe("Access is granted");
  const answer = await invoke("bound-key", "vend-token", { account });
  expect(answer).toMatchObject({ problem: { code: "invalid-request" } });
  expect(JSON.stringify(answer)).toMatch(/proofFor: is missing: .*GET https:/);
  expect(versionOrCode(await vend("bound-key", account))).toBe(1);
});

test("the link in a caller's answer leads to a token, and the caller is told when", async () => {
  const vendToken = functionNameOf(realmOf("basic"), "vend-token");
  const account = randomUUID();
  const call = async (payload: object, qualifier?: string) => {
    const { payload: answer } = await host.invoke(vendToken, payload, { qualifier });
    return answer as { problem?: { consent?: ConsentLink }; state?: string; version?: number };
  };
  expect((await call({ account })).problem).not.toHaveProperty("consent");
  const { problem } = await call({ account }, withLinksAlias);
  const { id, url } = problem?.consent ?? expect.fail("no link");
  expect(await call({ account, consentId: id })).toMatchObject({ state: "pending" });
  const window = aWindow();
  const callback = await aPersonAtForeign("jo")(await window.setOut(url));
  expect((await window.read(callback)).title).toBe("Access is granted");
  expect(await call({ account, consentId: id })).toMatchObject({ state: "granted" });
  expect(await call({ account }, withLinksAlias)).toMatchObject({ version: 1 });
});

describe("an attacker gets nothing stored", () => {
  test("with another issuer in the answer (RFC 9207)", async () => {
    const { window, authorizeUrl } = await setOut("basic", "other-issuer");
    const callback = await aPersonAtForeign("jo")(authorizeUrl);
    expect(callback.searchParams.get("iss")).toBe(foreign.issuer);
    const forged = new URL(callback);
    forged.searchParams.set("iss", "https://attacker.example");
    expect((await window.read(forged)).title).toBe("This answer does not match your request");
    expect(versionOrCode(await vend("basic", "other-issuer"))).toBe("consent-required");
    expect((await window.read(callback)).title).toBe("Access is granted");
  });

  test("with the code of an authorization request of their own (RFC 7636)", async () => {
    const own = await setOut("basic", "attacker");
    const ofAttacker = await aPersonAtForeign("mallory")(own.authorizeUrl);
    const { window, authorizeUrl } = await setOut("basic", "victim");
    const callback = await aPersonAtForeign("jo")(authorizeUrl);
    callback.searchParams.set("code", ofAttacker.searchParams.get("code") ?? "");
    expect((await window.read(callback)).title).toMatch(/ did not accept the consent$/);
    expect(versionOrCode(await vend("basic", "victim"))).toBe("consent-required");
  });
});

describe("a consent ends", () => {
  test("when the person withdraws it at the provider, until there is a new one", async () => {
    await consent("basic", "withdrawn");
    const { token } = expectAnswer(await vend("basic", "withdrawn"));
    await foreign.withdrawAll();
    expect(await foreign.subjectOf(token)).toBeNull();
    expect(versionOrCode(await vend("basic", "withdrawn", 1))).toBe("consent-required");
    expect(await consent("basic", "withdrawn")).toBe("Access is granted");
    expectAnswer(await vend("basic", "withdrawn"));
  });

  test("when somebody else presents a used refresh token, and the provider detects it", async () => {
    await consent("public", "copied");
    const copied = (await foreign.refreshTokens()).at(-1) ?? "";
    expect(versionOrCode(await vend("public", "copied", 1))).toBe(2);
    const body = { grant_type: "refresh_token", refresh_token: copied, client_id: "public" };
    const answer = await fetch(`${foreign.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams(body),
    });
    expect(await answer.json()).toMatchObject({ error: "invalid_grant" });
    expect(versionOrCode(await vend("public", "copied", 2))).toBe("consent-required");
  });

  test.each(["basic", "public"] as const)(
    "when an operator disconnects the client %s: there too",
    async (client) => {
      await consent(client, "disconnected");
      const { token } = expectAnswer(await vend(client, "disconnected"));
      const payload = { account: "disconnected", disconnect: true };
      expect(await invoke(client, "complete-consent", payload)).toMatchObject({ revoked: true });
      expect(await foreign.subjectOf(token)).toBeNull();
      expect(versionOrCode(await vend(client, "disconnected", 1))).toBe("consent-required");
    },
  );
});
