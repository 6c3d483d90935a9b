import { expect, test } from "vitest";
import type {
  AuthorizationRequest,
  ConsentFlow,
  GrantCredential,
} from "../../../functions/model/consent.ts";
import { Sensitive, unprintable } from "../../../functions/model/sensitive.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { ping } from "../../../local/local-realm.ts";
import { defaultUser } from "../../../local/simulators/oauth/users.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import { createUserAgent } from "../simulators/oauth/user-agent.ts";
import type { DeclaredWorld } from "./declared-world.ts";
import { callback, declaredWorld } from "./declared-world.ts";

type Settings = Extract<RealmInput, { provider: "authorization-code" }>;

const declared: Settings = {
  provider: "authorization-code",
  environment: "books",
  authorizeUrl: "https://login.books.example/authorize?tenant=a",
  tokenUrl: "https://login.books.example/token",
  scopes: ["ledger.read", "offline_access"],
};

const authorizationRequest = unprintable<AuthorizationRequest>({
  redirectUri: callback,
  state: "state-of-the-browser",
  nonce: "nonce-of-the-browser",
  codeVerifier: new Sensitive("v".repeat(43)),
});

/** A person follows the link and agrees. Returns where the browser is sent back to, or what it is shown. */
async function agree(world: DeclaredWorld, changed: Partial<Settings> = {}): Promise<URL> {
  const flow: ConsentFlow =
    (await world.providerOf(changed).consent?.()) ?? expect.fail("no consents");
  const signal = AbortSignal.timeout(20_000);
  const url = await flow.authorizeUrl(world.secret(), authorizationRequest, signal);
  return createUserAgent(defaultUser).consent(url);
}

const codeOf = (sentTo: URL): GrantCredential => ({
  ...{ kind: "code", authorizationRequest },
  code: new Sensitive(sentTo.searchParams.get("code") ?? ""),
});

const refreshing = (refreshToken: Sensitive): GrantCredential => ({
  ...{ kind: "refresh-token", refreshToken, isSamePerson: () => true },
});

/** Those that do not come with the callback, which is not read here. */
const madeUp = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([, source]) => source !== "callback")
      .map(([name]) => [name, `simulated-${name}`]),
  );

test.each<Partial<Settings>>([
  {},
  { pkce: false, clientAuthentication: "post", requestFormat: "json" },
  { clientAuthentication: "none" },
  {
    clientAuthentication: "private_key_jwt",
    pushedAuthorizationUrl: "https://login.books.example/par",
    resource: ["https://api.books.example", "https://more.books.example"],
  },
  {
    ...{ clientAuthentication: "private_key_jwt", signingAlgorithm: "ES256" },
    ...{ assertionIssuer: "consents.example", assertionAudience: "https://books.example" },
    attributes: { org: "answer" },
    ...{ attributeHeaders: { "X-Org": "org" }, extraHeaders: { "X-Channel": "api" } },
  },
  {
    issuer: "https://login.books.example",
    jwksUrl: "https://login.books.example/keys",
    scopes: ["openid", "ledger"],
    attributes: { org: "id-token.org.id", realmId: "callback", tenant: "answer.tenant.0.id" },
    customerAttribute: "org",
    authorizationParameters: { access_type: "offline" },
    tokenParameters: { kind: "company" },
  },
  {
    answer: {
      accessToken: "result.access",
      refreshToken: "result.refresh",
      scope: "result.scope",
      lifetime: { member: "result.minutes", unit: "minutes" },
      refreshLifetime: { member: "result.refresh_ends", unit: "iso-8601" },
      error: "problem",
      consentEnd: { codes: ["GONE"] },
    },
    renamedScopes: { "ledger.read": "Ledger" },
    refreshLifetimeSeconds: 7200,
  },
])(
  "a person consents as declared, tokens are refreshed once each, and end with the consent: %j",
  async (settings) => {
    const world = await declaredWorld({ ...declared, ...settings });
    const { realm, issue, played, seeder } = world;
    const sentTo = await agree(world);
    const first = await issue({ credential: codeOf(sentTo) });
    if (first.kind !== "issued") throw new Error(JSON.stringify(first));
    const headers = { authorization: `Bearer ${first.token.expose()}`, ...settings.extraHeaders };
    expect(await ping(realm, { ...headers, "X-Org": "simulated-org" })).toBe(200);
    if (settings.attributeHeaders) expect(await ping(realm, headers)).toBe(400);
    const { refreshToken = null, details, refreshEndsAt } = first.consent ?? {};
    if (settings.attributes) expect(details?.attributes).toMatchObject(madeUp(settings.attributes));
    if (settings.issuer) expect(sentTo.searchParams.get("realmId")).toBe("simulated-realmId");
    expect(refreshEndsAt instanceof Date).toBe(settings.answer !== undefined);

    const old = refreshToken ?? expect.fail("no refresh token");
    const second = await issue({ credential: refreshing(old) });
    expect(summarizeOutcome(second)).toMatch(/^issued/);
    const next = (second.kind === "issued" && second.consent?.refreshToken) || old;
    expect(next.expose()).not.toBe(old.expose());

    await played.incidents(seeder)(realm).revoke("");
    expect(await issue({ credential: refreshing(next) })).toMatchObject({
      code: "consent-required",
    });
  },
);

test.each<[Partial<Settings>, Partial<Settings>]>([
  [{}, { pkce: false }],
  [{ pkce: false }, { pkce: true }],
  [{}, { scopes: ["ledger.write"] }],
  [{ resource: "https://a.example" }, { resource: "https://b.example" }],
  [{ authorizationParameters: { prompt: "consent" } }, { authorizationParameters: {} }],
])("declared with %j, a request with %j is sent back with an error", async (settings, asked) => {
  const world = await declaredWorld({ ...declared, ...settings });
  const flow = (await world.providerOf(asked).consent?.()) ?? expect.fail("no consents");
  const signal = AbortSignal.timeout(20_000);
  const url = await flow.authorizeUrl(world.secret(), authorizationRequest, signal);
  const { status, headers } = await fetch(url, { redirect: "manual" });
  expect([status, headers.get("location")]).toEqual([302, expect.stringContaining("?error=inv")]);
});

test("what is declared to be pushed is not taken from a browser, and a name of it only once", async () => {
  const pushedAuthorizationUrl = "https://login.books.example/par";
  const world = await declaredWorld({ ...declared, pushedAuthorizationUrl });
  const { authorizeUrl = "" } = world.realm.settings as Settings;
  const linkOf = async (changed: Partial<Settings>) => {
    const flow = (await world.providerOf(changed).consent?.()) ?? expect.fail("no consents");
    const signal = AbortSignal.timeout(20_000);
    return flow.authorizeUrl(world.secret(), authorizationRequest, signal);
  };
  const status = async (url: string) => (await fetch(url, { redirect: "manual" })).status;
  expect(await status(await linkOf({ pushedAuthorizationUrl: undefined }))).toBe(400);
  const pushed = await linkOf({});
  expect(pushed).toMatch(`${authorizeUrl}&client_id=`);
  expect(pushed).not.toContain("scope");
  expect([await status(pushed), await status(pushed)]).toEqual([302, 400]);
  await expect(linkOf({ scopes: ["other"] })).rejects.toMatchObject({
    code: "credentials-rejected",
  });
});
