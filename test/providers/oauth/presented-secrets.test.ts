import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { readRealm } from "../../../functions/providers/catalogue.ts";
import type { AnswerScript } from "../../support/an-issuer.ts";
import { grantOf, issue, summarizeOutcome } from "../../support/an-issuer.ts";

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

const realmOf = (changes: Partial<Settings>): Settings => ({
  provider: "client-credentials",
  environment: "acme",
  tokenUrl: "https://a.example/token",
  clientAuthentication: "none",
  ...changes,
});

async function parametersOf(realm: RealmInput, secret: object) {
  const { grant, requests } = await grantOf(realm, JSON.stringify(secret));
  await grant.issue(new AbortController().signal);
  return [...new URLSearchParams(String(requests[0]?.body))];
}

const accessToken = "urn:ietf:params:oauth:token-type:access_token";
const jwt = "urn:ietf:params:oauth:token-type:jwt";
const exchange = (more: object = {}): Partial<Settings> => ({
  grant: "token-exchange",
  tokenExchange: { subjectTokenType: accessToken, ...more },
});
const token = { clientId: "c", subjectToken: "subject 1&+" };
const user = { clientId: "c", username: "jö&", password: "p&ss w+rd: 100% €" };

describe("a token exchange (RFC 8693 §2.1)", () => {
  test("presents the secret's token, and says of which type it is", async () => {
    expect(await parametersOf(realmOf(exchange()), token)).toEqual([
      ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
      ["subject_token", "subject 1&+"],
      ["subject_token_type", accessToken],
      ["client_id", "c"],
    ]);
  });

  test("says which type is wanted, and for what", async () => {
    const realm = realmOf({
      ...exchange({ requestedTokenType: jwt }),
      ...{ scope: "read", audience: "api", resource: "https://api.example/1" },
    });
    expect(await parametersOf(realm, token)).toEqual([
      ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
      ["subject_token", "subject 1&+"],
      ["subject_token_type", accessToken],
      ["requested_token_type", jwt],
      ["scope", "read"],
      ["audience", "api"],
      ["resource", "https://api.example/1"],
      ["client_id", "c"],
    ]);
  });

  test.each<[rule: string, settings: object, answer: object, outcome: string]>([
    ["of any type, if none is requested", {}, { issued_token_type: jwt }, "issued, unknown"],
    ["of no stated type", { requestedTokenType: jwt }, {}, "issued, unknown"],
    [
      "of the requested type",
      { requestedTokenType: accessToken },
      { issued_token_type: accessToken, token_type: "Bearer", expires_in: 60 },
      "issued, 60000 to 61000 ms",
    ],
    [
      "that is no access token, if it was requested",
      { requestedTokenType: jwt },
      { issued_token_type: jwt, token_type: "N_A", expires_in: 60 },
      "issued, 60000 to 61000 ms",
    ],
    [
      "that is no access token, though none was requested",
      {},
      { issued_token_type: jwt, token_type: "N_A" },
      "provider-malformed?",
    ],
    [
      "that is no access token, and of no stated type",
      { requestedTokenType: jwt },
      { token_type: "N_A" },
      "provider-malformed?",
    ],
    [
      "of another type than the requested one",
      { requestedTokenType: jwt },
      { issued_token_type: accessToken, token_type: "Bearer" },
      "provider-malformed?",
    ],
  ])("is answered with a token %s", async (_, settings, answer, outcome) => {
    const body = JSON.stringify({ access_token: "t", ...answer });
    expect(summarizeOutcome(await issue(realmOf(exchange(settings)), token, { body }))).toBe(
      outcome,
    );
  });
});

describe("the password of a user (RFC 6749 §4.3.2)", () => {
  const byPassword = realmOf({ grant: "password", scope: "read" });

  test("is sent in the body, with the user's name and the scope", async () => {
    expect(await parametersOf(byPassword, user)).toEqual([
      ["grant_type", "password"],
      ["username", "jö&"],
      ["password", "p&ss w+rd: 100% €"],
      ["scope", "read"],
      ["client_id", "c"],
    ]);
  });

  test("is sent without a client, or beside the proof of who it is", async () => {
    const alone = await parametersOf({ ...byPassword, clientAuthentication: "grant" }, user);
    expect(alone.map(([name]) => name)).not.toContain("client_id");
    const posted = await parametersOf(
      { ...byPassword, clientAuthentication: "post" },
      { ...user, clientSecret: "s" },
    );
    expect(posted).toContainEqual(["client_secret", "s"]);
  });
});

test.each<[rule: string, changes: Partial<Settings>, secret: object, problem: string]>([
  ["no token", exchange(), { clientId: "c" }, "subjectToken: is missing: grant is token-exchange."],
  [
    "no user",
    { grant: "password" },
    { clientId: "c", password: "p" },
    "username: is missing: grant is password.",
  ],
  [
    "no password",
    { grant: "password" },
    { clientId: "c", username: "u" },
    "password: is missing: grant is password.",
  ],
])(
  "a secret is refused by the member that its grant needs: %s",
  async (_, changes, secret, message) => {
    const opened = grantOf(realmOf(changes), JSON.stringify(secret));
    await expect(opened).rejects.toMatchObject({ code: "secret-malformed", message });
  },
);

test.each<[changes: Partial<Settings>, problem: string]>([
  [{ grant: "token-exchange" }, "tokenExchange: is missing"],
  [exchange({ subjectTokenType: undefined }), "tokenExchange.subjectTokenType: is missing"],
  [exchange({ requestedTokenType: "" }), "tokenExchange.requestedTokenType"],
  [exchange({ subjectToken: "t" }), "tokenExchange.subjectToken: is unknown"],
  ...["username", "password", "subject_token", "subject_token_type", "requested_token_type"].map(
    (name): [Partial<Settings>, string] => [
      { tokenParameters: { [name]: "x" } },
      `tokenParameters.${name}: is sent anyway`,
    ],
  ),
])("a realm is refused with %j, by name", (changes, problem) => {
  expect(() => readRealm(JSON.stringify(realmOf(changes)))).toThrow(`REALM: ${problem}`);
});

/** Whatever a server says: it may repeat what it was sent, in any member. */
const anyAnswer = fc.record(
  {
    error: fc.constantFrom("invalid_grant", "invalid_client", "odd", user.password, 7, null),
    error_description: fc.constantFrom(user.password, token.subjectToken),
    access_token: fc.constantFrom("t", user.password, token.subjectToken, "", null),
    refresh_token: fc.string(),
    token_type: fc.constantFrom("Bearer", "N_A", "DPoP"),
    issued_token_type: fc.constantFrom(accessToken, jwt, user.password),
    expires_in: fc.constantFrom(60, "60", user.password),
  },
  { requiredKeys: [] },
);

test("whatever is answered to a password or a token, no outcome shows them or keeps a refresh token", async () => {
  const realms = [
    realmOf({ grant: "password" }),
    realmOf(exchange()),
    realmOf(exchange({ requestedTokenType: jwt })),
  ];
  const statuses = fc.constantFrom(200, 201, 302, 400, 401, 403, 429, 500);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...realms),
      statuses,
      anyAnswer,
      async (realm, status, answer) => {
        const script: AnswerScript = { status, body: JSON.stringify(answer) };
        const outcome = await issue(realm, { ...user, ...token }, script);
        const shown = [JSON.stringify(outcome), inspect(outcome, { depth: 9 })].join();
        expect(shown).not.toContain(user.password);
        expect(shown).not.toContain(token.subjectToken);
        if (outcome.kind === "issued") expect(outcome.consent).toBeNull();
      },
    ),
    { numRuns: 300 },
  );
});
