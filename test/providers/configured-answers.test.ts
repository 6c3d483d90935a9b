import { describe, expect, test } from "vitest";
import type { GrantCredential } from "../../functions/model/consent.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import { codeCredential, consentOf, refreshCredential } from "../support/a-consent.ts";
import { at } from "../support/a-record.ts";
import type { ScriptedAnswer } from "../support/an-issuer.ts";
import { issue, summarizeOutcome } from "../support/an-issuer.ts";

type ClientRealm = Extract<RealmInput, { provider: "client-credentials" }>;
type ConsentRealm = Extract<RealmInput, { provider: "authorization-code" }>;
type Answer = NonNullable<ConsentRealm["answer"]>;

const tokenUrl = "https://login.example/token";
const secret = { clientId: "abc", clientSecret: "canary-secret" };

const clientRealm = (changes: Partial<ClientRealm>): ClientRealm => ({
  provider: "client-credentials",
  environment: "acme",
  tokenUrl,
  ...changes,
});
const consentRealm = (changes: Partial<ConsentRealm>): ConsentRealm => ({
  provider: "authorization-code",
  environment: "acme",
  authorizeUrl: "https://login.example/authorize",
  tokenUrl,
  ...changes,
});

const issueAt = (changes: Partial<ClientRealm>, script: ScriptedAnswer) =>
  issue(clientRealm(changes), secret, script);
const refreshAt = (
  changes: Partial<ConsentRealm>,
  script: ScriptedAnswer,
  credential: GrantCredential = refreshCredential("p"),
) => issue(consentRealm(changes), secret, script, credential);

const json = (value: unknown) => ({ body: JSON.stringify(value) });

describe("a token that is found where the settings say", () => {
  test.each<[where: string, answer: ClientRealm["answer"], body: object, told: string]>([
    ["by another name", { accessToken: "token" }, { token: "t" }, "issued, unknown"],
    [
      "in an object",
      { accessToken: "data.token", tokenType: "data.type" },
      { data: { token: "t", type: "Bearer" }, token_type: "other" },
      "issued, unknown",
    ],
    [
      "but nowhere else",
      { accessToken: "data.token" },
      { access_token: "t" },
      "provider-malformed?",
    ],
    [
      "with a type that is sent as a bearer token is",
      { tokenTypes: ["BearerToken"] },
      { access_token: "t", token_type: "BearerToken" },
      "issued, unknown",
    ],
    [
      "but with no other type",
      { tokenTypes: ["BearerToken"] },
      { access_token: "t", token_type: "DPoP" },
      "provider-malformed?",
    ],
    ["unless it fits no header", { accessToken: "t" }, { t: "a b" }, "provider-malformed?"],
    ["unless it is no text", { accessToken: "t" }, { t: { t: "t" } }, "provider-malformed?"],
  ])("%s", async (_, answer, body, told) => {
    expect(summarizeOutcome(await issueAt({ answer }, json(body)))).toBe(told);
  });
});

// The answer was received at 10:00:00.200 of our clock; the provider's says so to the second.
const headers = { date: "Fri, 20 Nov 2026 10:00:00 GMT" };
const tenMinutes = "issued, 599000 to 600000 ms";
type Unit = NonNullable<Answer["lifetime"]>["unit"];

const lifetimes: readonly [unit: Unit, value: unknown, told: string][] = [
  ["seconds", 600, "issued, 600000 to 601000 ms"],
  ["seconds", "600", "issued, 600000 to 601000 ms"],
  ["minutes", 10, "issued, 600000 to 660000 ms"],
  ["milliseconds", "600000", "issued, 600000 to 600001 ms"],
  ["iso-8601", "2026-11-20T11:10:00+01:00", tenMinutes],
  ["http-date", "Fri, 20 Nov 2026 10:10:00 GMT", tenMinutes],
  ["epoch-seconds", Date.UTC(2026, 10, 20, 10, 10) / 1000, tenMinutes],
  ["epoch-seconds", String(Date.UTC(2026, 10, 20, 10, 10) / 1000), tenMinutes],
  ["epoch-milliseconds", Date.UTC(2026, 10, 20, 10, 10), tenMinutes],
  ["json-date", `/Date(${Date.UTC(2026, 10, 20, 10, 10)})/`, tenMinutes],
  ["json-date", `/Date(${Date.UTC(2026, 10, 20, 10, 10)}+0200)/`, tenMinutes],
  // Another unit than the answer's.
  ["epoch-seconds", Date.UTC(2026, 10, 20, 10, 10), "provider-malformed?"],
  ["epoch-milliseconds", Date.UTC(2026, 10, 20, 10, 10) / 1000, "provider-malformed?"],
  ["iso-8601", "2026-11-20T10:10:00", "provider-malformed?"],
  ["http-date", "2026-11-20T10:10:00Z", "provider-malformed?"],
  ["minutes", 600_000, "provider-malformed?"],
  ["json-date", `/Date(${Date.UTC(2026, 10, 20, 9)})/`, "provider-malformed?"],
  ["json-date", `new/Date(${Date.UTC(2026, 10, 20, 10, 10)})/`, "provider-malformed?"],
  ["json-date", `/Date(${Date.UTC(2026, 10, 20, 10, 10)})/Z`, "provider-malformed?"],
];
const units = ["seconds", "minutes", "milliseconds", "iso-8601", "http-date"] as const;
const instants = ["epoch-seconds", "epoch-milliseconds", "json-date"] as const;
const hostile: readonly unknown[] = [
  ...[-600, 1e300, "", "   ", " 600", "-600", "6e2", "٦٠٠", "9".repeat(400), true],
  ...[[600], {}, { toString: 1, valueOf: 1 }, "/Date(-1)/", "/Date(99999999999999999)/"],
];

describe("a lifetime that is stated", () => {
  test.each(lifetimes)("in %s: %j", async (unit, value, told) => {
    const lifetime = { member: "data.ends", unit };
    const body = { access_token: "t", expires_in: 1, data: { ends: value } };
    const outcome = await issueAt({ answer: { lifetime } }, { ...json(body), headers });
    expect(summarizeOutcome(outcome)).toBe(told);
    if (told === tenMinutes) expect(outcome).toMatchObject({ expiresAt: at("10:10:00.000") });
  });

  test.each([...units, ...instants])("in %s, but hostile, is malformed", async (unit) => {
    for (const value of hostile) {
      const lifetime = { member: "ends", unit };
      const script = json({ access_token: "t", ends: value });
      const outcome = await issueAt({ answer: { lifetime } }, script);
      expect(summarizeOutcome(outcome), JSON.stringify(value)).toBe("provider-malformed?");
    }
  });

  test("nowhere is the one of the settings, or unknown", async () => {
    const answer: ClientRealm["answer"] = { lifetime: { member: "ends", unit: "seconds" } };
    const script = json({ access_token: "t", expires_in: 5 });
    expect(summarizeOutcome(await issueAt({ answer }, script))).toBe("issued, unknown");
    const assumed = await issueAt({ answer, lifetimeSeconds: 900 }, script);
    expect(assumed).toMatchObject({ lifetime: { kind: "assumed", lastsMs: 900_000 } });
  });
});

describe("a refresh token's life", () => {
  const endOf = async (changes: Partial<ConsentRealm>, body: object) =>
    consentOf(await refreshAt(changes, json({ access_token: "t", ...body }), codeCredential))
      .refreshEndsAt;
  const refreshLifetime = (unit: Unit) => ({
    answer: { refreshLifetime: { member: "x.ends", unit } },
  });
  const anHour = at("11:00:00.000");

  test.each<[unit: Unit, value: unknown, end: Date | null]>([
    ["minutes", 60, anHour],
    ["iso-8601", "2026-11-20T11:00:00Z", anHour],
    ["epoch-seconds", anHour.getTime() / 1000, anHour],
    ["json-date", `/Date(${anHour.getTime()})/`, anHour],
    ["iso-8601", "2026-11-20T09:00:00Z", null],
    ["seconds", -1, null],
    ["seconds", 1e300, null],
    ["seconds", "  ", null],
    ["seconds", undefined, null],
  ])("may be stated in %s: %j", async (unit, value, end) => {
    const body = { refresh_token: "r", refresh_expires_in: 5, x: { ends: value } };
    expect(await endOf(refreshLifetime(unit), body)).toEqual(end);
  });

  test("is the settings' one where none is stated, for each refresh token", async () => {
    const changes = { refreshLifetimeSeconds: 3600 };
    expect(await endOf(changes, { refresh_token: "r" })).toEqual(anHour);
    expect(await endOf(changes, {})).toBeNull();
    const stated = { refresh_token: "r", refresh_token_expires_in: 7200 };
    expect(await endOf(changes, stated)).toEqual(at("12:00:00.000"));
  });
});

type Kept = (attributes: ClientRealm["attributes"], script: ScriptedAnswer) => Promise<unknown>;

const ofConsent: Kept = async (attributes, script) =>
  consentOf(await refreshAt({ attributes }, script)).details?.attributes;
const ofToken: Kept = async (attributes, script) => {
  const outcome = await issueAt({ attributes }, script);
  return outcome.kind === "issued" ? outcome.attributes : expect.fail(summarizeOutcome(outcome));
};

describe.each([
  ["with a consent", ofConsent],
  ["with a token", ofToken],
])("an attribute that is kept %s", (_, keptOf) => {
  const kept = (attributes: ClientRealm["attributes"], body: object) =>
    keptOf(attributes, json({ access_token: "canary-token", ...body }));

  test("may be a member at a path, of the shape that the settings describe", async () => {
    const attributes = { instance: "answer.data.urls.0", id: "answer.id", org: "answer" };
    const body = { data: { urls: ["https://eu1.acme.example"] }, id: 7, org: "o" };
    const found = { instance: "https://eu1.acme.example", id: "7", org: "o" };
    expect(await kept(attributes, body)).toEqual(found);
  });

  test.each([
    ["of two lines", "a\r\nx-evil: 1"],
    ["with a null", "a\u0000"],
    ["with the token", "see canary-token"],
    ["with our secret", "canary-secret"],
    ["of spaces", "   "],
    ["that is long", "x".repeat(201)],
    ["that is none", { toString: 1 }],
  ])("is never a value %s", async (_, value) => {
    expect(await kept({ a: "answer.data.a" }, { data: { a: value } })).toBeUndefined();
  });

  test("is left out where the answer lacks it, and the others are not", async () => {
    expect(await kept({ a: "answer", b: "answer" }, { b: "1" })).toEqual({ b: "1" });
  });
});

const wherever = "must be answer, callback or id-token, or a path like answer.data.id";
const inAnswer = "must be answer, or a path like answer.data.id";

test.each([
  ["answer.data.access_token", "must not name a credential", "must not name a credential"],
  ["answer.client_secret.0", "must not name a credential", "must not name a credential"],
  ["answer.", wherever, inAnswer],
  ["answer.a.b.c.d.e.f", wherever, inAnswer],
  ["callback.a", wherever, inAnswer],
  ["header", wherever, inAnswer],
  ["callback", null, inAnswer],
  ["id-token", null, inAnswer],
  ["id-token.org", null, inAnswer],
])(
  "an attribute that is looked for in %s is kept, or refused by name",
  (where, ofConsents, ofTokens) => {
    const attributes = { a: where };
    for (const [realm, refusal] of [
      [consentRealm({ attributes }), ofConsents],
      [clientRealm({ attributes }), ofTokens],
    ] as const) {
      const reading = () => readRealm(JSON.stringify(realm));
      if (refusal === null) expect(reading()).toMatchObject({ attributes });
      else expect(reading).toThrow(`REALM: attributes.a: ${refusal}`);
    }
  },
);

test.each(["clientSecret", "password", "subjectToken"])(
  "an answer's text that holds our %s is no attribute",
  async (member) => {
    const grant = member === "clientSecret" ? "client-credentials" : "password";
    const held = { ...secret, username: "jo", password: "p", [member]: "canary-of-ours" };
    const realm = clientRealm({ grant, attributes: { a: "answer", b: "answer" } });
    const body = { access_token: "t", a: "says canary-of-ours", b: "harmless" };
    const outcome = await issue(realm, held, json(body));
    expect(outcome.kind === "issued" && outcome.attributes).toEqual({ b: "harmless" });
  },
);

test("a header of an attribute that a realm does not keep is refused", () => {
  const attributes = { instance_url: "answer" };
  for (const realm of [consentRealm, clientRealm]) {
    const text = JSON.stringify(realm({ attributes, attributeHeaders: { "X-App": "app" } }));
    expect(() => readRealm(text)).toThrow(
      "REALM: attributeHeaders: must be the name of one of attributes",
    );
  }
});

describe("an answer without a token", () => {
  const answer: Answer = {
    error: "fault.code",
    successCodes: ["0"],
    refusal: { codes: ["E-1", "17"], statuses: [404] },
    consentEnd: { codes: ["E-2"], statuses: [410] },
  };
  const code = (value: unknown) => ({ access_token: "t", fault: { code: value } });

  test.each<[status: number, body: unknown, ofClient: string, ofConsent: string]>([
    [400, code("E-1"), "credentials-rejected", "credentials-rejected"],
    [200, code("E-1"), "credentials-rejected", "credentials-rejected"],
    [400, code(17), "credentials-rejected", "credentials-rejected"],
    [400, code("E-2"), "provider-malformed", "consent-required"],
    [401, code("E-2"), "credentials-rejected", "consent-required"],
    [404, "no JSON", "credentials-rejected", "credentials-rejected"],
    [404, code("0"), "credentials-rejected", "credentials-rejected"],
    [410, {}, "provider-malformed", "consent-required"],
    // The standard's errors mean what they mean.
    [404, { error: "invalid_grant" }, "credentials-rejected", "consent-required"],
    [410, { error: "invalid_client" }, "credentials-rejected", "credentials-rejected"],
    [400, code("invalid_grant"), "credentials-rejected", "consent-required"],
    // What is not configured is what it was.
    [400, code("E-3"), "provider-malformed", "provider-malformed"],
    [400, code(["E-1"]), "provider-malformed", "provider-malformed"],
    [400, code({ "E-1": 1 }), "provider-malformed", "provider-malformed"],
    [200, code("E-3"), "provider-malformed?", "provider-malformed?"],
    [200, code("0"), "issued, unknown", "issued, unlimited"],
    [200, code(0), "issued, unknown", "issued, unlimited"],
    [200, code(null), "issued, unknown", "issued, unlimited"],
    [400, code("0"), "provider-malformed", "provider-malformed"],
    [403, "no JSON", "provider-unavailable", "provider-unavailable"],
    // Whatever it says, it passes.
    [429, code("E-1"), "provider-throttled", "provider-throttled"],
    [500, code("E-1"), "provider-unavailable", "provider-unavailable"],
    [503, code("E-2"), "provider-unavailable", "provider-unavailable"],
    [408, code("E-1"), "provider-unavailable", "provider-unavailable"],
  ])("%d %j", async (status, said, ofClient, ofConsent) => {
    const { consentEnd: _, ...ofClients } = answer;
    const script = { status, body: typeof said === "string" ? said : JSON.stringify(said) };
    const outcome = await issueAt({ answer: ofClients }, script);
    expect(summarizeOutcome(outcome)).toBe(ofClient);
    expect(summarizeOutcome(await refreshAt({ answer }, script))).toBe(ofConsent);
  });

  test("is told without a word of the provider's", async () => {
    const body = JSON.stringify({ fault: { code: "canary-secret", text: "canary-secret" } });
    for (const status of [200, 400, 401, 403, 404, 500]) {
      const outcome = await issueAt({ answer: { error: "fault.code" } }, { status, body });
      expect(JSON.stringify(outcome)).not.toContain("canary-secret");
    }
  });
});

describe("the settings of answers", () => {
  const refusalOf = (answer: unknown, provider = "client-credentials") => {
    const realm = {
      ...clientRealm({}),
      ...(provider !== "client-credentials" && consentRealm({})),
    };
    try {
      readRealm(JSON.stringify({ ...realm, provider, answer }));
    } catch (error) {
      return String(error);
    }
    throw new Error("They are accepted.");
  };

  test.each<[answer: unknown, refusal: string]>([
    [{ acessToken: "t" }, "answer.acessToken: is unknown; did you mean accessToken?"],
    [{ refreshToken: "r" }, "answer.refreshToken: is unknown"],
    [{ accessToken: "" }, "answer.accessToken: must be a path of up to five names"],
    [{ accessToken: "a.b.c.d.e.f" }, "answer.accessToken: must be a path of up to five names"],
    [{ accessToken: "a..b" }, "answer.accessToken: must be a path of up to five names"],
    [{ accessToken: "a b" }, "answer.accessToken: must be a path of up to five names"],
    [{ lifetime: { member: "a" } }, "answer.lifetime.unit: is missing"],
    [{ lifetime: { member: "a", unit: "hours" } }, "answer.lifetime.unit: "],
    [{ refusal: { codes: [] } }, "answer.refusal.codes: must name a code"],
    [{ refusal: { codes: ["slow_down"] } }, "answer.refusal.codes.0: must not be an error that"],
    [{ refusal: { statuses: [429] } }, "answer.refusal.statuses.0: must be a status from 400"],
    [{ refusal: { statuses: [500] } }, "answer.refusal.statuses.0: must be a status from 400"],
    [{ refusal: { statuses: [200] } }, "answer.refusal.statuses.0: must be a status from 400"],
    [{ refusal: { status: [403] } }, "answer.refusal.status: is unknown; did you mean statuses?"],
  ])("%j are refused", (answer, refusal) => {
    expect(refusalOf(answer)).toContain(`REALM: ${refusal}`);
  });

  test("of a consent name what only a consent has", () => {
    expect(refusalOf({ refreshtoken: "r" }, "authorization-code")).toContain(
      "did you mean refreshToken?",
    );
  });
});
