import { describe, expect, test } from "vitest";
import type { AuthorizationRequest } from "../../../functions/model/consent.ts";
import { Sensitive, unprintable } from "../../../functions/model/sensitive.ts";
import { HttpFailure } from "../../../functions/platform/http-request.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { sampleAuthorizationRequest } from "../../support/a-consent.ts";
import type { ScriptedAnswer } from "../../support/an-issuer.ts";
import { aProvider, noAnswer } from "../../support/an-issuer.ts";

const centrapay = {
  provider: "centrapay-user",
  environment: "production",
  issuer: "https://cognito-idp.ap-southeast-2.amazonaws.com/pool-1",
  authorizeUrl: "https://auth.centrapay.example/oauth2/authorize",
  tokenUrl: "https://auth.centrapay.example/oauth2/token",
  jwksUrl: "https://auth.centrapay.example/jwks",
  scopes: ["openid", "phone"],
} satisfies RealmInput;

const connectpay = {
  provider: "connectpay",
  environment: "stage",
  authorizeUrl: "https://api2-stage.connectpay.example/auth/v1/oauth2/authorize",
  tokenUrl: "https://api-stage.connectpay.example/auth/v1/oauth2/token",
  scopes: ["psd2-ais", "psd2-pis"],
} satisfies RealmInput;

const general = {
  provider: "authorization-code",
  environment: "acme",
  authorizeUrl: "https://login.example/authorize?tenant=a%20b",
  tokenUrl: "https://api.example/token",
} satisfies RealmInput;

const providers: readonly RealmInput[] = [centrapay, connectpay, general];
const secret = new Sensitive('{"clientId":"client 1","clientSecret":"s"}');
const never = new AbortController().signal;

async function flowOf(settings: RealmInput, play: ScriptedAnswer | HttpFailure = {}) {
  const { provider, requests } = aProvider(settings, play);
  const flow = await provider.consent?.();
  if (!flow) throw new Error("Nobody consents there.");
  return { flow, requests };
}

const named = {
  displayName: "Acme Bank",
  scopeWords: { accounts: { en: "see your accounts", de: "Ihre Konten einsehen" } },
};

test.each<[RealmInput, string | null, object]>([
  [centrapay, "Centrapay", {}],
  [connectpay, "ConnectPay", {}],
  [general, null, {}],
  [{ ...general, ...named }, "Acme Bank", named.scopeWords],
  [{ ...connectpay, displayName: "ConnectPay UAB" }, "ConnectPay UAB", {}],
])(
  "pages call it as it declares, and its scopes as the realm says: %j",
  async (settings, name, words) => {
    const { flow } = await flowOf(settings);
    expect(flow.displayName).toBe(name);
    expect(flow.scopeWords).toEqual(words);
  },
);

describe("the authorization URL", () => {
  const redirect = "https%3A%2F%2Fconsents.example%2Fcallback%2Fp%2Fe";
  /** RFC 7636, appendix B. */
  const pkce =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

  test.each<[rule: string, settings: RealmInput, address: string]>([
    [
      "of Centrapay asks who it is, bound to the request",
      centrapay,
      `https://auth.centrapay.example/oauth2/authorize?response_type=code&client_id=client%201&redirect_uri=${redirect}&scope=openid%20phone&state=state-1&nonce=nonce-1&${pkce}`,
    ],
    [
      "names audience, resources (RFC 8707 §2.1) and constants after the standard's parameters",
      {
        ...general,
        pkce: false,
        audience: "api",
        resource: ["https://a.example/1", "https://a.example/2"],
        authorizationParameters: { access_type: "offline" },
        tokenParameters: { never: "here" },
      },
      `https://login.example/authorize?tenant=a%20b&response_type=code&client_id=client%201&redirect_uri=${redirect}&state=state-1&audience=api&resource=https%3A%2F%2Fa.example%2F1&resource=https%3A%2F%2Fa.example%2F2&access_type=offline`,
    ],
    [
      "of ConnectPay has its own names, and a GUID for its nonce",
      connectpay,
      `https://api2-stage.connectpay.example/auth/v1/oauth2/authorize?client_id=client%201&flowid=GetPSD2AuthCode&nonce=9e3f1563-24d4-4f0e-a4b6-f4fce81d56fb&scope=psd2-ais%20psd2-pis&state=state-1&redirect_url=${redirect}&response_type=code`,
    ],
    [
      "of ConnectPay spells the flow as the realm says",
      { ...connectpay, flowIdParameter: "flowId", scopes: ["psd2-ais"] },
      `https://api2-stage.connectpay.example/auth/v1/oauth2/authorize?client_id=client%201&flowId=GetPSD2AuthCode&nonce=9e3f1563-24d4-4f0e-a4b6-f4fce81d56fb&scope=psd2-ais&state=state-1&redirect_url=${redirect}&response_type=code`,
    ],
    [
      "of any server keeps what it has",
      general,
      `https://login.example/authorize?tenant=a%20b&response_type=code&client_id=client%201&redirect_uri=${redirect}&state=state-1&${pkce}`,
    ],
    [
      "of a server without PKCE has none, where the realm says so",
      { ...general, pkce: false, scopes: ["read", "write"] },
      `https://login.example/authorize?tenant=a%20b&response_type=code&client_id=client%201&redirect_uri=${redirect}&scope=read%20write&state=state-1`,
    ],
  ])("%s", async (_, settings, address) => {
    const { flow } = await flowOf(settings);
    expect(await flow.authorizeUrl(secret, sampleAuthorizationRequest, never)).toBe(address);
  });

  test("of ConnectPay has another GUID for another request", async () => {
    const { flow } = await flowOf(connectpay);
    const guids = new Set<string | null>();
    for (let n = 0; n < 50; n += 1) {
      const { redirectUri, state, codeVerifier } = sampleAuthorizationRequest;
      const nonce = `nonce-${n}`;
      const request = { redirectUri, state, nonce, codeVerifier };
      const address = await flow.authorizeUrl(
        secret,
        unprintable<AuthorizationRequest>(request),
        never,
      );
      const guid = new URL(address).searchParams.get("nonce");
      expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      guids.add(guid);
    }
    expect(guids.size).toBe(50);
  });

  test.each(providers)("of $provider is not made from a malformed secret", async (settings) => {
    const { flow } = await flowOf(settings);
    await expect(
      flow.authorizeUrl(new Sensitive('{"clientSecret":"s"}'), sampleAuthorizationRequest, never),
    ).rejects.toMatchObject({
      code: "secret-malformed",
      message: "clientId: is missing.",
    });
  });
});

test("the scopes on the link's page are the requested ones", async () => {
  const told = [];
  for (const settings of [...providers, { ...general, scopes: ["read"] }]) {
    const { scopes, origin, hasCodesToCopy } = (await flowOf(settings)).flow;
    told.push([scopes.join(" "), origin, hasCodesToCopy]);
  }
  expect(told).toEqual([
    ["openid phone", "https://auth.centrapay.example", false],
    ["psd2-ais psd2-pis", "https://api2-stage.connectpay.example", true],
    ["", "https://login.example", false],
    ["read", "https://login.example", false],
  ]);
});

test("a server with an issuer, for which the realm names no scopes, is asked for openid", async () => {
  const openId = { issuer: "https://issuer.example", jwksUrl: "https://keys.example/" };
  const { flow } = await flowOf({ ...general, ...openId });
  expect(flow.scopes).toEqual(["openid"]);
});

/** What a flow reads in a callback, in one line. */
async function reading(settings: RealmInput, query: string): Promise<string> {
  const { flow } = await flowOf(settings);
  const callback = flow.readAuthorizationResponse(new URLSearchParams(query));
  if (callback.kind === "code") return `code ${callback.code.expose()}`;
  return callback.kind === "failed" ? `failed ${callback.error}` : callback.kind;
}

describe.each(providers)("a callback of $provider", (settings) => {
  test.each([
    ["a code", "code=c-1&state=s", "code c-1"],
    ["a code, with flowid echoed", "code=c-1&state=s&flowid=GetPSD2AuthCode", "code c-1"],
    ["… in any spelling", "code=c-1&state=s&flowId=x&FLOWID=y&flowid=z", "code c-1"],
    ["a code, with what nobody knows, even twice", "code=c-1&state=s&x=1&x=2", "code c-1"],
    ["a code of two words", "code=c%2F1+2&state=s", "code c/1 2"],
    ["two codes", "code=c-1&code=c-2&state=s", "mismatch"],
    ["the same code twice", "code=c-1&code=c-1&state=s", "mismatch"],
    ["two states", "code=c-1&state=s&state=s", "mismatch"],
    ["two errors", "error=access_denied&error=access_denied&state=s", "mismatch"],
    ["code and error", "code=c-1&error=access_denied&state=s", "mismatch"],
    ["neither", "state=s", "mismatch"],
    ["an empty code", "code=&state=s", "mismatch"],
    ["an empty error", "error=&state=s", "mismatch"],
    ["a code with a line break", "code=a%0ab&state=s", "mismatch"],
    ["a code beyond any measure", `code=${"x".repeat(4097)}&state=s`, "mismatch"],
    ["a denial", "error=access_denied&state=s", "denied"],
    ["a denial by another name", "error=user_denied&state=s", "denied"],
    ["a consent's denial", "error=consent_denied&state=s", "denied"],
    ["a denial in capitals", "error=ACCESS_DENIED&state=s", "denied"],
    ["a denial in one word", "error=AccessDeny&state=s", "denied"],
    ["a change of mind", "error=user_cancelled_authorize&state=s", "denied"],
    ["a consent declined", "error=consent_declined&state=s", "denied"],
    ["a consent rejected", "error=Rejected+by+user&state=s", "denied"],
    ["mixed scopes", "error=invalid_scope&state=s", "failed invalid_scope"],
    ["an outage", "error=temporarily_unavailable&state=s", "failed temporarily_unavailable"],
    ["an error nobody knows", "error=call_0900_123&state=s", "failed unknown"],
    ["a script", "error=%3Cscript%3E&error_description=%3Cscript%3E&state=s", "failed unknown"],
    ["an error described twice", "error=x&error_description=a&error_description=b", "mismatch"],
    ["an error explained twice", "error=x&error_uri=a&error_uri=b&state=s", "mismatch"],
    ["a code that begins with a line break", "code=%0aab&state=s", "mismatch"],
    ["a code that ends with what is not ASCII", "code=ab%C3%A9&state=s", "mismatch"],
    ["a code as long as any", `code=${"x".repeat(4096)}&state=s`, `code ${"x".repeat(4096)}`],
    ["its issuer twice", "code=c-1&state=s&iss=a&iss=a", "mismatch"],
    ["a wrong issuer", "code=c-1&state=s&iss=https%3A%2F%2Fevil.example", "mismatch"],
    ["a wrong issuer's denial", "error=access_denied&iss=https%3A%2F%2Fevil.example", "mismatch"],
    ["an issuer that is no address", "code=c-1&state=s&iss=x", "mismatch"],
    ["an issuer of nothing", "code=c-1&state=s&iss=", "mismatch"],
    ["another provider's issuer", "code=c-1&state=s&iss=https%3A%2F%2Fother.example", "mismatch"],
  ])("with %s", async (_, query, expected) => {
    expect(await reading(settings, query)).toBe(expected);
  });
});

test("of a callback those parameters are kept that the realm takes attributes from", async () => {
  const attributes = { realmId: "callback", tenant: "callback", org: "answer" } as const;
  const parametersOf = async (settings: RealmInput) => {
    const { flow } = await flowOf(settings);
    const query = "code=c-1&state=s&realmId=46&org=x&other=y";
    const callback = flow.readAuthorizationResponse(new URLSearchParams(query));
    return callback.kind === "code" && callback.parameters;
  };
  expect(await parametersOf({ ...general, attributes })).toEqual({ realmId: "46" });
  expect(await parametersOf(general)).toEqual({});
});

test.each([
  "invalid_request",
  "unauthorized_client",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "interaction_required",
  "login_required",
  "account_selection_required",
  "consent_required",
  "request_not_supported",
])("an error that a standard defines is named: %s", async (error) => {
  expect(await reading(general, `error=${error}&state=s`)).toBe(`failed ${error}`);
});

describe("the issuer in a callback (RFC 9207)", () => {
  const withIssuer = (issuer: string) => `code=c-1&state=s&iss=${encodeURIComponent(issuer)}`;

  test("is exactly the configured one, on any host", async () => {
    expect(await reading(centrapay, withIssuer(centrapay.issuer))).toBe("code c-1");
    expect(await reading(centrapay, withIssuer(`${centrapay.issuer}/`))).toBe("mismatch");
    expect(await reading(centrapay, withIssuer("https://auth.centrapay.example"))).toBe("mismatch");
  });

  test("is on a known host of the provider where none is configured", async () => {
    expect(await reading(general, withIssuer("https://login.example/a"))).toBe("code c-1");
    expect(await reading(general, withIssuer("https://api.example"))).toBe("code c-1");
    expect(await reading(general, withIssuer("https://login.example.evil.example"))).toBe(
      "mismatch",
    );
    expect(await reading(general, withIssuer("http://login.example"))).toBe("mismatch");
    const twice = `${withIssuer("https://api.example")}&iss=https%3A%2F%2Fapi.example`;
    expect(await reading(general, twice)).toBe("mismatch");
  });
});

describe("a consent is revoked", () => {
  const revokeUrl = "https://a.example/revoke";
  const refreshToken = new Sensitive("refresh 1/+");
  const revoking = async (settings: RealmInput, play: ScriptedAnswer = {}, held = secret) => {
    const { flow, requests } = await flowOf(settings, play);
    const token = { kind: "refresh-token", token: refreshToken } as const;
    return { answer: await flow.revoke(held, token, never), requests };
  };

  test.each(providers)("at $provider nowhere, without a revokeUrl", async (settings) => {
    expect(await revoking(settings)).toEqual({ answer: null, requests: [] });
  });

  const form = {
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
  };
  const plain = { ...form, authorization: "Basic Y2xpZW50IDE6cw==" };

  test.each<[provider: string, settings: RealmInput, headers: object]>([
    ["Centrapay", { ...centrapay, revokeUrl }, plain],
    [
      "ConnectPay",
      { ...connectpay, revokeUrl },
      { ...plain, "x-request-id": "00000000-0000-4000-8000-000000000001" },
    ],
    ["any server", { ...general, revokeUrl }, { ...form, authorization: "Basic Y2xpZW50KzE6cw==" }],
  ])(
    "at %s by a form of RFC 7009, with the client's authentication",
    async (_, settings, headers) => {
      const body = "token=refresh+1%2F%2B&token_type_hint=refresh_token";
      expect(await revoking(settings)).toEqual({
        answer: { isRevoked: true, answer: "answered 200" },
        requests: [{ method: "POST", url: revokeUrl, headers, body }],
      });
    },
  );

  test("by a public client with its id", async () => {
    const held = new Sensitive('{"clientId":"client-1"}');
    const { requests } = await revoking({ ...general, revokeUrl }, {}, held);
    expect(requests[0]).toMatchObject({
      headers: form,
      body: "token=refresh+1%2F%2B&token_type_hint=refresh_token&client_id=client-1",
    });
  });

  test("by its access token, where it has no refresh token", async () => {
    const { flow, requests } = await flowOf({ ...general, revokeUrl });
    await flow.revoke(secret, { kind: "access-token", token: refreshToken }, never);
    expect(requests[0]?.body).toBe("token=refresh+1%2F%2B&token_type_hint=access_token");
  });

  const saying = (error: string) => ({ status: 400, body: JSON.stringify({ error }) });

  test.each<[rule: string, play: ScriptedAnswer, isRevoked: boolean, answer: string]>([
    ["200", { status: 200 }, true, "answered 200"],
    ["204", { status: 204 }, true, "answered 204"],
    ["302", { status: 302 }, false, "answered 302"],
    [
      "400 unsupported_token_type",
      saying("unsupported_token_type"),
      false,
      "answered 400 (unsupported_token_type)",
    ],
    ["400 and words of its own", saying("canary refresh 1/+"), false, "answered 400"],
    ["401", { status: 401 }, false, "answered 401"],
    ["503", { status: 503, body: "null" }, false, "answered 503"],
    ["no answer", noAnswer.timeout, false, "did not answer"],
    ["no connection", noAnswer.unreachable, false, "did not answer"],
    [
      "a refused certificate",
      new HttpFailure("certificate", false),
      false,
      "refused our client certificate",
    ],
  ])("or not, by %s", async (_, play, isRevoked, answer) => {
    for (const settings of providers) {
      const told = (await revoking({ ...settings, revokeUrl } as RealmInput, play)).answer;
      expect(told).toEqual({ isRevoked, answer });
    }
  });

  test("not with a malformed secret, which is no failure", async () => {
    for (const settings of providers) {
      const realm = { ...settings, revokeUrl } as RealmInput;
      const { answer, requests } = await revoking(realm, {}, new Sensitive("canary"));
      const told = "was not asked, because the secret cannot be used";
      expect({ answer, requests }).toEqual({
        answer: { isRevoked: false, answer: told },
        requests: [],
      });
    }
  });
});
