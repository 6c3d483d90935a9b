import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readyRealms } from "../../infra/ready-realms.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import {
  codeCredential,
  consentOf,
  refreshCredential,
  sampleAuthorizationRequest,
} from "../support/a-consent.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import type { PublishedAnswer, PublishedServer } from "../support/published-server.ts";
import { startPublishedServer } from "../support/published-server.ts";
import { authorizeUrlOfEntry, issueByEntry } from "../support/ready-realm.ts";

let server: PublishedServer;
beforeAll(async () => {
  server = await startPublishedServer();
});
afterAll(() => server.stop());

type Parameters = Readonly<Record<string, string>>;

/** What a provider publishes about its consents, copied by hand from the pages that docs/ready-realms.md names. */
interface Contract {
  readonly realm: RealmEntry;
  readonly secret: { readonly clientId: string; readonly clientSecret: string };
  /** Where the person is sent; besides `state`, which is our own. */
  readonly authorize: readonly [url: string, parameters: Parameters];
  readonly tokenUrl: string;
  /** Whether the client's credentials are in the header; else they are in the body. */
  readonly isBasic: boolean;
  readonly callback?: Parameters;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly lifetime: string;
  /** The attributes that callers are given. */
  readonly attributes: Parameters;
  readonly customer: string | null;
  /** Of an ended refresh token, and of wrong credentials. */
  readonly end: PublishedAnswer;
  readonly refusal: PublishedAnswer;
}

const { redirectUri } = sampleAuthorizationRequest;
const quickbooks = {
  secret: { clientId: "Q0quickbooks", clientSecret: "intuit" },
  authorize: [
    "https://appcenter.intuit.com/connect/oauth2",
    {
      client_id: "Q0quickbooks",
      scope: "com.intuit.quickbooks.accounting",
      redirect_uri: redirectUri,
      response_type: "code",
    },
  ],
  tokenUrl: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
  isBasic: true,
  callback: { realmId: "4620816365212855650" },
  answer: {
    token_type: "bearer",
    expires_in: 3600,
    refresh_token: "RT1-next",
    x_refresh_token_expires_in: 8726400,
    access_token: "eyJlbmMiOiJBMTI4",
  },
  lifetime: "issued, 3600000 to 3601000 ms",
  attributes: { realmId: "4620816365212855650" },
  customer: null,
  end: {
    status: 400,
    body: { error: "invalid_grant", error_description: "Incorrect Token type or clientID" },
  },
  refusal: { status: 401, body: { error: "invalid_client" } },
} as const;

const stripe = {
  secret: { clientId: "ca_32D88BD1qLklliziD7gYQvctJIhWBSQ7", clientSecret: "sk_test_platform" },
  tokenUrl: "https://connect.stripe.com/oauth/token",
  isBasic: false,
  lifetime: "issued, unlimited",
  attributes: { stripe_user_id: "acct_1032D82eZvKYlo2C" },
  customer: "acct_1032D82eZvKYlo2C",
  end: {
    status: 400,
    body: { error: "invalid_grant", error_description: "Token has been expired or revoked." },
  },
  refusal: {
    status: 401,
    body: { error: { message: "Invalid API Key provided: sk_test_****form", type: "invalid" } },
  },
} as const;

const stripeOf = (scope: "read_only" | "read_write", environment: "test" | "live"): Contract => ({
  ...stripe,
  realm: readyRealms.stripeConnect({ environment, scope }),
  authorize: [
    "https://connect.stripe.com/oauth/authorize",
    {
      response_type: "code",
      client_id: "ca_32D88BD1qLklliziD7gYQvctJIhWBSQ7",
      scope,
      redirect_uri: redirectUri,
    },
  ],
  answer: {
    access_token: "sk_test_connected",
    livemode: environment === "live",
    refresh_token: "rt_next",
    token_type: "bearer",
    stripe_publishable_key: "pk_test_connected",
    stripe_user_id: "acct_1032D82eZvKYlo2C",
    scope,
  },
});

const contracts: Readonly<Record<string, Contract>> = {
  "QuickBooks, sandbox": {
    ...quickbooks,
    realm: readyRealms.quickbooks({ environment: "sandbox" }),
  },
  "QuickBooks, production": {
    ...quickbooks,
    realm: readyRealms.quickbooks({ environment: "production" }),
  },
  "Stripe Connect, test": stripeOf("read_write", "test"),
  "Stripe Connect, live": stripeOf("read_only", "live"),
};

describe.each(Object.entries(contracts))("%s", (_, contract) => {
  const { realm, secret, answer, callback = {} } = contract;
  const [authorizeUrl, asked] = contract.authorize;
  const code = { ...codeCredential, parameters: callback };
  const refresh = refreshCredential("nobody");

  /** What a token request says, and by whom. */
  function expectRequest(parameters: Parameters): void {
    const { method, url, headers, body } = server.arrived();
    expect([method, url]).toEqual(["POST", contract.tokenUrl]);
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(headers.accept).toBe("application/json");
    const { clientId, clientSecret } = secret;
    const basic = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    expect(headers.authorization).toBe(contract.isBasic ? basic : undefined);
    const credentials = { client_id: clientId, client_secret: clientSecret };
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      ...parameters,
      ...(!contract.isBasic && credentials),
    });
  }

  test("is where a person is sent with what it documents", async () => {
    const sent = new URL(await authorizeUrlOfEntry(realm, secret, server));
    const { state, ...parameters } = Object.fromEntries(sent.searchParams);
    expect([`${sent.origin}${sent.pathname}`, parameters]).toEqual([authorizeUrl, asked]);
    expect(state).toBe(sampleAuthorizationRequest.state);
  });

  test("redeems a code as it documents, and its sample becomes a token and a consent", async () => {
    server.answerWith({ status: 200, body: answer });
    const outcome = await issueByEntry(realm, secret, server, code);
    expectRequest({
      grant_type: "authorization_code",
      code: "code 1/+",
      redirect_uri: redirectUri,
    });
    expect(summarizeOutcome(outcome)).toBe(contract.lifetime);
    expect(outcome.kind === "issued" && outcome.token.expose()).toBe(answer["access_token"]);
    expect(consentOf(outcome)).toMatchObject({
      refreshToken: answer["refresh_token"],
      customer: contract.customer,
      details: { attributes: contract.attributes },
    });
  });

  test("says when its refresh token ends, or nothing of it", async () => {
    server.answerWith({ status: 200, body: answer });
    const { refreshEndsAt } = consentOf(await issueByEntry(realm, secret, server, code));
    const seconds = answer["x_refresh_token_expires_in"];
    const days = refreshEndsAt && Math.round((refreshEndsAt.getTime() - Date.now()) / 86_400_000);
    expect(days).toBe(seconds === undefined ? null : 101);
  });

  test("refreshes as it documents", async () => {
    server.answerWith({ status: 200, body: answer });
    const outcome = await issueByEntry(realm, secret, server, refresh);
    expectRequest({ grant_type: "refresh_token", refresh_token: "refresh-1" });
    expect(summarizeOutcome(outcome)).toBe(contract.lifetime);
  });

  test.each([
    ["an ended consent", "consent-required", contract.end],
    ["wrong credentials", "credentials-rejected", contract.refusal],
  ])("refuses %s", async (_case, told, refused) => {
    server.answerWith(refused);
    expect(summarizeOutcome(await issueByEntry(realm, secret, server, refresh))).toBe(told);
  });

  test("throttles, and is believed for how long", async () => {
    server.answerWith({ status: 429, body: {}, headers: { "retry-after": "7" } });
    const outcome = await issueByEntry(realm, secret, server, refresh);
    expect(outcome).toMatchObject({ code: "provider-throttled", retryAfterMs: 7000 });
  });
});
