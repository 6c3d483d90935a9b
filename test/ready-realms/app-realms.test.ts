import { createPrivateKey } from "node:crypto";
import { jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readyRealms } from "../../infra/ready-realms.ts";
import { aKeyPair } from "../support/a-client.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import type { PublishedServer } from "../support/published-server.ts";
import { startPublishedServer } from "../support/published-server.ts";
import { callWithToken, issueByEntry } from "../support/ready-realm.ts";

let server: PublishedServer;
beforeAll(async () => {
  server = await startPublishedServer();
});
afterAll(() => server.stop());

describe("Mastercard Open Finance (Finicity)", () => {
  const realm = readyRealms.finicity({ environment: "finicity", appKey: "app-key-1" });
  const secret = { clientId: "2445581559892", clientSecret: 'aq"J5Ic4&SEVx' };
  const token = "YBh22Sb9Es6e66Q7lWdt";

  test("is asked as it documents, and its sample becomes a token for two hours", async () => {
    server.answerWith({ status: 200, body: { token } });
    const outcome = await issueByEntry(realm, secret, server);
    const { method, url, headers, body } = server.arrived();
    expect(`${method} ${url}`).toBe(
      "POST https://api.finicity.com/aggregation/v2/partners/authentication",
    );
    expect(headers).toMatchObject({
      "content-type": "application/json",
      accept: "application/json",
      "finicity-app-key": "app-key-1",
    });
    expect(headers.authorization).toBeUndefined();
    expect(JSON.parse(body)).toEqual({
      partnerId: "2445581559892",
      partnerSecret: 'aq"J5Ic4&SEVx',
    });
    if (outcome.kind !== "issued") return expect.fail("issued");
    expect(outcome.token.expose()).toBe(token);
    expect(outcome.lifetime).toEqual({ kind: "assumed", lastsMs: 7_200_000 });
  });

  test("is sent its token in its own header, with the app's key", async () => {
    await callWithToken(
      realm,
      token,
      server,
      "https://api.finicity.com/institution/v2/institutions",
    );
    const { headers } = server.arrived();
    expect(headers).toMatchObject({ "finicity-app-token": token, "finicity-app-key": "app-key-1" });
    expect(headers.authorization).toBeUndefined();
  });

  test("refuses wrong credentials, which is not asked again, before the account is locked", async () => {
    server.answerWith({ status: 401, body: { code: "10001", message: "Invalid credentials" } });
    const outcome = await issueByEntry(realm, secret, server);
    expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
  });
});

describe("GitHub App", () => {
  const realm = readyRealms.githubApp({
    environment: "github",
    installationId: 42,
    userAgent: "acme-vending",
  });
  const { publicKey, pem } = aKeyPair("rsa");
  // As GitHub hands it out: PKCS #1.
  const privateKey = createPrivateKey(pem).export({ type: "pkcs1", format: "pem" });
  const secret = { clientId: "Iv23liAbCdEf", privateKey };
  const anHour = () => new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, "");
  const answer = () => ({
    token: "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    expires_at: anHour(),
    permissions: { issues: "write", contents: "read" },
    repository_selection: "selected",
  });

  test("is asked as it documents, by a JWT as bearer token, and its sample becomes a token", async () => {
    server.answerWith({ status: 201, body: answer() });
    const outcome = await issueByEntry(realm, secret, server);
    const { method, url, headers, body } = server.arrived();
    expect(`${method} ${url}`).toBe(
      "POST https://api.github.com/app/installations/42/access_tokens",
    );
    expect(headers).toMatchObject({
      "user-agent": "acme-vending",
      "x-github-api-version": "2022-11-28",
    });
    expect(body).toBe("{}");
    const [scheme, assertion = ""] = (headers.authorization ?? "").split(" ");
    expect(scheme).toBe("Bearer");
    const { protectedHeader, payload } = await jwtVerify(assertion, publicKey);
    expect(protectedHeader).toMatchObject({ alg: "RS256" });
    expect(payload).toMatchObject({ iss: "Iv23liAbCdEf" });
    expect(payload).not.toHaveProperty("sub");
    expect(Number(payload.exp) - Date.now() / 1000).toBeLessThan(600);
    if (outcome.kind !== "issued") return expect.fail("issued");
    expect(outcome.token.expose()).toBe("ghs_16C7e42F292c6912E7710c838347Ae178B4a");
    expect(summarizeOutcome(outcome)).toMatch(
      /^issued, (359\d|360\d)\d{3} to 36\d{5} ms$|^issued, 359\d{4} to/,
    );
  });

  test("is sent its token as a bearer's", async () => {
    await callWithToken(
      realm,
      answer().token,
      server,
      "https://api.github.com/repos/acme/a/issues",
    );
    expect(server.arrived().headers.authorization).toBe(`Bearer ${answer().token}`);
  });

  test.each<[rule: string, status: number, headers: Record<string, string>, code: string]>([
    ["refuses a wrong key, which is not asked again", 401, {}, "credentials-rejected"],
    ["throttles by 403, which passes", 403, { "retry-after": "60" }, "provider-throttled"],
    ["throttles by 429", 429, { "retry-after": "60" }, "provider-throttled"],
    ["has no such installation", 404, {}, "provider-malformed"],
  ])("%s", async (_, status, headers, code) => {
    const body = { message: "A JSON web token could not be decoded", documentation_url: "…" };
    server.answerWith({ status, body, headers });
    expect(await issueByEntry(realm, secret, server)).toMatchObject({ code });
  });
});
