import { expect, it, onTestFinished } from "vitest";
import type { ConnectionPage } from "../../functions/http/status-contract.ts";
import { msBetween } from "../../functions/model/clock.ts";
import type { AuthorizationRequest, GrantCredential } from "../../functions/model/consent.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import { nodeHttp } from "../../functions/platform/http-request.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { providerOf, readRealm } from "../../functions/providers/catalogue.ts";
import { ping } from "../../local/local-realm.ts";
import { startAuthorizationCodeServer } from "../../local/simulators/oauth/authorization-code.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import { loopbackOnly } from "../support/network-policies.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { clientCredentialsWorld } from "../support/stack-realms.ts";

type ClientRealm = Extract<RealmInput, { provider: "client-credentials" }>;
type ConsentRealm = Extract<RealmInput, { provider: "authorization-code" }>;

/** A server that wraps its answers, states when a token ends, and has errors of its own. */
const answer: NonNullable<ClientRealm["answer"]> = {
  accessToken: "data.token",
  tokenType: "data.kind",
  tokenTypes: ["AcmeToken"],
  lifetime: { member: "data.ends", unit: "json-date" },
  error: "status.code",
  successCodes: ["OK"],
  refusal: { codes: ["BAD_CLIENT"], statuses: [422] },
};

it("a server whose answers are described by settings is vended from, and refused as it says", async () => {
  const { stack, simulator, realm } = await clientCredentialsWorld({ lifetimeMs: 60_000 });
  const asAcme = (body: unknown) => {
    const { access_token, expires_in } = Object(body);
    const ends = `/Date(${Date.now() + expires_in * 1000})/`;
    const data = { token: access_token, kind: "AcmeToken", ends };
    return { status: { code: "OK" }, data, instance: { url: "https://eu1.acme.example" } };
  };
  simulator.injectFault({ kind: "override-body", override: asAcme, times: "always" });
  const presentation = { headerName: "X-Acme-Token", scheme: null };
  const settings = {
    ...{ ...realm, answer, presentation },
    attributes: { instance_url: "answer.instance.url", region: "answer.instance.region" },
    attributeHeaders: { "X-Acme-Instance": "instance_url", "X-Acme-Region": "region" },
  } as ClientRealm;

  const process = await stack.start(settings);
  const vended = await process.vend();
  expect(versionOrCode(vended)).toBe(1);
  const { header, token, usableUntil, expiresAt } = Object(vended);
  expect(header).toEqual({ name: "X-Acme-Token", value: token });
  const { pingUrl } = simulator;
  expect(await ping({ pingUrl }, { authorization: `Bearer ${token}` })).toBe(200);
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 50_000);
  expect(Date.parse(usableUntil)).toBeLessThan(Date.parse(expiresAt));
  const kept = { instance_url: "https://eu1.acme.example" };
  const extraHeaders = { "X-Acme-Instance": "https://eu1.acme.example" };
  expect(vended).toMatchObject({ attributes: kept, extraHeaders });
  // From memory as from the store.
  expect(await process.vend()).toEqual(vended);
  expect(await (await stack.start(settings)).vend()).toEqual(vended);
  expect(simulator.counters.issues()).toBe(1);
  const status = await stack.startStatus([settings]);
  const { connections } = (await status.handle({})) as ConnectionPage;
  expect(connections).toMatchObject([{ state: "usable", attributes: kept }]);

  simulator.clearFaults();
  const canary = "CANARY-3f1c";
  const refused = { status: { code: "BAD_CLIENT", text: canary } };
  simulator.injectFault({
    kind: "respond",
    status: 400,
    body: JSON.stringify(refused),
    times: "always",
  });
  const rejected = await process.vend({ rejectedVersion: 1 });
  expect(versionOrCode(rejected)).toBe("credentials-rejected");
  // It is not asked again with the same secret.
  const asked = simulator.journal.length;
  expect(versionOrCode(await process.vend({ rejectedVersion: 1 }))).toBe("credentials-rejected");
  expect(simulator.journal.length).toBe(asked);
  expect(JSON.stringify(rejected) + stack.printed()).not.toContain(canary);
});

/** A server that states its instants, names its tokens otherwise, and ends a consent by an error of its own. */
const ofConsent: NonNullable<ConsentRealm["answer"]> = {
  accessToken: "result.0.access",
  refreshToken: "result.0.refresh",
  lifetime: { member: "result.0.ends", unit: "epoch-seconds" },
  refreshLifetime: { member: "result.0.refreshMinutes", unit: "minutes" },
  error: "problem",
  consentEnd: { codes: ["GONE"] },
};

it("a consent whose answers are described by settings is exchanged, refreshed and found to have ended", async () => {
  const redirectUri = "https://vend.example/callback";
  const client = { clientId: "client", clientSecret: "secret-1", name: "Vending" };
  const server = await startAuthorizationCodeServer({
    clients: [{ ...client, redirectUris: [redirectUri] }],
  });
  onTestFinished(server.stop);
  const asAcme = (body: unknown) => {
    const { access_token: access, refresh_token: refresh, expires_in } = Object(body);
    const ends = Math.floor(Date.now() / 1000) + expires_in;
    return {
      problem: null,
      tenant: { id: "t-1" },
      result: [{ access, refresh, ends, refreshMinutes: 60 }],
    };
  };
  server.injectFault({ kind: "override-body", route: "token", override: asAcme, times: "always" });
  const realm: ConsentRealm = {
    provider: "authorization-code",
    environment: "test",
    authorizeUrl: server.authorizeUrl,
    tokenUrl: server.tokenUrl,
    scopes: ["read"],
    attributes: { tenant: "answer.tenant.id" },
    answer: ofConsent,
  };
  const send = nodeHttp(systemClock, loopbackOnly);
  const context = { send, clock: systemClock, newRequestId: () => "r" };
  const provider = providerOf(readRealm(JSON.stringify(realm)), context);
  const secret = new Sensitive(JSON.stringify(client));
  const signal = AbortSignal.timeout(20_000);
  const authorizationRequest = unprintable<AuthorizationRequest>({
    redirectUri,
    state: "state-of-the-browser",
    nonce: "nonce-of-the-browser",
    codeVerifier: new Sensitive("v".repeat(43)),
  });
  const issueWith = async (credential: GrantCredential) =>
    (await provider.issuer()).openGrant(secret, credential).issue(signal);

  const flow = (await provider.consent?.()) ?? expect.fail("no consents");
  const url = await flow.authorizeUrl(secret, authorizationRequest, signal);
  const callback = await createUserAgent(defaultUser).consent(url);
  const code = new Sensitive(callback.searchParams.get("code") ?? "");
  const first = await issueWith({ kind: "code", code, authorizationRequest });
  if (first.kind !== "issued") throw new Error(JSON.stringify(first));
  const { pingUrl } = server;
  const authorization = `Bearer ${first.token.expose()}`;
  expect(await ping({ pingUrl }, { authorization })).toBe(200);
  expect(first.lifetime.kind).toBe("stated");
  const { refreshToken, refreshEndsAt, details } = first.consent ?? expect.fail("no consent");
  expect(details).toEqual({ attributes: { tenant: "t-1" } });
  expect(msBetween(first.requestedAt, refreshEndsAt ?? expect.fail("no end"))).toBe(3_600_000);

  const credential: GrantCredential = {
    kind: "refresh-token",
    refreshToken: refreshToken ?? expect.fail("no refresh token"),
    isSamePerson: () => true,
  };
  expect(summarizeOutcome(await issueWith(credential))).toMatch(/^issued, \d+ to \d+ ms$/);
  server.clearFaults();
  const gone = {
    kind: "respond",
    route: "token",
    status: 400,
    body: '{"problem":"GONE"}',
  } as const;
  server.injectFault(gone);
  expect(summarizeOutcome(await issueWith(credential))).toBe("consent-required");
});
