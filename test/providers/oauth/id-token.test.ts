import { inspect } from "node:util";
import { SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { HttpFailure } from "../../../functions/platform/http-request.ts";
import { consentOf } from "../../support/a-consent.ts";
import type { ScriptedAnswer } from "../../support/an-issuer.ts";
import type { SigningKey } from "../../support/an-open-id-provider.ts";
import {
  claims,
  idToken,
  openIdProvider,
  openIdRealm,
  refusing,
  signingKey,
  tenOClock,
} from "../../support/an-open-id-provider.ts";

const { jwksUrl } = openIdRealm;

let key: SigningKey;
let other: SigningKey;
beforeAll(async () => {
  key = await signingKey("key-1");
  other = await signingKey("key-2");
});

const anOpenIdProvider = (realm = openIdRealm) => openIdProvider(key, realm);

describe("an ID token", () => {
  test.each([
    ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
    ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
  ])("signed by %s has the subject", async (alg) => {
    const { shown, exchange } = anOpenIdProvider();
    const signing = await signingKey("key-a", alg);
    shown.keys = [other.jwk, signing.jwk];
    expect(consentOf(await exchange(await idToken(signing)))).toMatchObject({
      subject: "person-1",
    });
  });

  test.each<[rule: string, changes: Readonly<Record<string, unknown>>, check: string]>([
    ["of another issuer", { iss: "https://login.example" }, "iss"],
    ["of nearly that issuer", { iss: `${claims.iss}/` }, "iss"],
    ["for another client", { aud: "client-2" }, "aud"],
    ["for several clients, and not said for which", { aud: ["client-1", "client-2"] }, "aud"],
    [
      "for several clients, authorised for another",
      { aud: ["client-1", "client-2"], azp: "client-2" },
      "azp",
    ],
    ["authorised for another client", { azp: "client-2" }, "azp"],
    ["of another request", { nonce: "nonce-2" }, "nonce"],
    ["of no request", { nonce: undefined }, "nonce"],
    ["that has expired a minute ago", { exp: tenOClock - 60 }, "exp"],
    ["of two minutes hence", { iat: tenOClock + 120 }, "iat"],
    ["that is not good before two minutes hence", { nbf: tenOClock + 120 }, "nbf"],
    ["about nobody", { sub: undefined }, "its form"],
    ["without end", { exp: undefined }, "its form"],
    ["of an unknown time", { iat: undefined }, "its form"],
  ])("%s is refused", async (_, changes, check) => {
    const { exchange } = anOpenIdProvider();
    expect(await exchange(await idToken(key, changes))).toMatchObject(refusing(check));
  });

  test.each<[rule: string, changes: Readonly<Record<string, unknown>>]>([
    ["expired half a minute ago", { exp: tenOClock - 30 }],
    ["of half a minute hence", { iat: tenOClock + 30 }],
    ["good from half a minute hence", { nbf: tenOClock + 30 }],
    ["good from a minute ago", { nbf: tenOClock - 60 }],
    ["for us alone, in a list", { aud: ["client-1"], azp: "client-1" }],
    ["for several clients, authorised for us", { aud: ["client-1", "client-2"], azp: "client-1" }],
  ])("%s is accepted", async (_, changes) => {
    const { exchange } = anOpenIdProvider();
    expect(await exchange(await idToken(key, changes))).toMatchObject({ kind: "issued" });
  });

  test("may be a minute ahead to the second, and is over when it ended a minute ago", async () => {
    const { clock, exchange } = anOpenIdProvider();
    clock.moveTo(new Date((tenOClock + 1) * 1000));
    const ahead = { iat: tenOClock + 61, nbf: tenOClock + 61 };
    expect(await exchange(await idToken(key, ahead))).toMatchObject({ kind: "issued" });
    const over = { exp: tenOClock - 59 };
    expect(await exchange(await idToken(key, over))).toMatchObject(refusing("exp"));
  });

  test("is validated by our clock, not by the machine's", async () => {
    const { clock, exchange } = anOpenIdProvider();
    clock.moveTo(new Date("2046-11-20T10:00:00Z"));
    const outcome = await exchange(await idToken(key));
    expect(outcome).toMatchObject(refusing("exp"));
  });

  test("of alg none is refused", async () => {
    const { exchange } = anOpenIdProvider();
    const unsigned = new UnsecuredJWT(claims).encode();
    expect(await exchange(unsigned)).toMatchObject(refusing("alg"));
  });

  test("signed with a public value is refused: HS256 with the published key", async () => {
    const { exchange } = anOpenIdProvider();
    const shared = new TextEncoder().encode(JSON.stringify(key.jwk).padEnd(64));
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", kid: "key-1" })
      .sign(shared);
    expect(await exchange(forged)).toMatchObject(refusing("alg"));
  });

  test("signed by another key of that name is refused", async () => {
    const { exchange } = anOpenIdProvider();
    const forged = await idToken({ ...other, header: key.header });
    expect(await exchange(forged)).toMatchObject(refusing("its signature"));
  });

  test("whose claims were changed after it was signed is refused", async () => {
    const { exchange } = anOpenIdProvider();
    const [header, , signature] = (await idToken(key)).split(".");
    const [, payload] = (await idToken(other, { sub: "person-2" })).split(".");
    const forged = [header, payload, signature].join(".");
    expect(await exchange(forged)).toMatchObject(refusing("its signature"));
  });

  test.each([
    ...["x", "a.b.c", "a.b.c.d.e", "canary-token"].map((text) => [text, "its form"] as const),
    ["e30.e30.", "alg"] as const,
  ])("that is none is refused: %s", async (text, check) => {
    const { exchange } = anOpenIdProvider();
    expect(await exchange(text)).toMatchObject(refusing(check));
  });

  test.each([null, 5, {}])("that is no text is none: %j", async (value) => {
    const { exchange } = anOpenIdProvider();
    const detail = "The provider answered no ID token.";
    expect(await exchange(value)).toMatchObject({ code: "provider-malformed", detail });
  });

  test("is not quoted in the problem, and neither is the access token", async () => {
    const { exchange } = anOpenIdProvider();
    for (const changes of [{ iss: "canary-token" }, { sub: undefined, name: "canary-token" }]) {
      const printed = inspect(await exchange(await idToken(key, changes)), { depth: 10 });
      expect(printed).not.toMatch(/canary|eyJ/);
    }
  });
});

describe("the provider's keys", () => {
  test("are fetched once, by a request without credentials", async () => {
    const { exchange, looks, requests } = anOpenIdProvider();
    for (let n = 0; n < 5; n += 1) await exchange(await idToken(key));
    expect(looks()).toBe(1);
    expect(requests.find(({ url }) => url === jwksUrl)).toEqual({
      method: "GET",
      url: jwksUrl,
      headers: { accept: "application/json" },
    });
  });

  test("are fetched again after ten minutes: a withdrawn key is no longer valid", async () => {
    const { shown, clock, exchange } = anOpenIdProvider();
    await exchange(await idToken(key));
    shown.keys = [other.jwk];
    clock.advance(599_000);
    expect(await exchange(await idToken(key))).toMatchObject({ kind: "issued" });
    clock.advance(1000);
    expect(await exchange(await idToken(key))).toMatchObject(refusing("its signature"));
  });

  test("are fetched again after ten minutes where the clock has been set back meanwhile, too", async () => {
    const { clock, exchange, looks } = anOpenIdProvider();
    await exchange(await idToken(key));
    clock.advance(599_000);
    clock.advance(-599_000);
    await exchange(await idToken(key));
    expect(looks()).toBe(1);
    clock.advance(1000);
    await exchange(await idToken(key));
    expect(looks()).toBe(2);
  });

  test("are fetched again when a token names a new one", async () => {
    const { shown, clock, exchange, looks } = anOpenIdProvider();
    await exchange(await idToken(key));
    shown.keys = [key.jwk, other.jwk];
    clock.advance(1000);
    expect(await exchange(await idToken(other))).toMatchObject({ kind: "issued" });
    expect(looks()).toBe(2);
  });

  test("that were replaced under the same name are fetched again too", async () => {
    const { shown, clock, exchange } = anOpenIdProvider();
    await exchange(await idToken(key));
    shown.keys = [{ ...other.jwk, kid: "key-1" }];
    clock.advance(1000);
    const rotated = await idToken({ ...other, header: key.header });
    expect(await exchange(rotated)).toMatchObject({ kind: "issued" });
  });

  test("are not fetched for every token that names an unknown one", async () => {
    const { clock, exchange, looks } = anOpenIdProvider();
    await exchange(await idToken(key));
    for (let n = 0; n < 120; n += 1) {
      clock.advance(1000);
      expect(await exchange(await idToken(other))).toMatchObject(refusing("its signature"));
    }
    // The first, then at 1 s and 61 s.
    expect(looks()).toBe(3);
  });

  test("are fetched again when a token names a new one, a moment after a forged signature", async () => {
    const { shown, clock, exchange } = anOpenIdProvider();
    await exchange(await idToken(key));
    clock.advance(1000);
    const forged = await idToken({ ...other, header: key.header });
    expect(await exchange(forged)).toMatchObject(refusing("its signature"));
    shown.keys = [key.jwk, other.jwk];
    clock.advance(1000);
    expect(await exchange(await idToken(other))).toMatchObject({ kind: "issued" });
  });

  test.each<[rule: string, header: object, ...keys: object[]]>([
    ["names one of several keys", { kid: "key-1" }, { kid: "key-1" }, { kid: "key-2" }],
    ["names the only key", { kid: "key-1" }, { kid: "key-1" }],
    ["names no key", {}, { kid: "key-1" }],
    ["may mean a key without a name", { kid: "key-9" }, {}, { kid: "key-2" }],
  ])(
    "are not fetched for a second forged signature within a minute, which %s",
    async (_, header, ...names) => {
      const { shown, clock, exchange, looks } = anOpenIdProvider();
      const { kid: _kid, ...unnamed } = key.jwk as { kid: string };
      shown.keys = names.map((name) => ({ ...unnamed, ...name }));
      const forger = await signingKey("forger");
      const { alg } = forger.header;
      await exchange(await idToken({ ...forger, header: { alg } }));
      expect(looks()).toBe(2);
      clock.advance(1000);
      const forged = await idToken({ ...forger, header: { alg, ...header } });
      expect(await exchange(forged)).toMatchObject(refusing("its signature"));
      expect(looks()).toBe(2);
    },
  );

  test("are not fetched for every such token during an outage either", async () => {
    const { shown, clock, exchange, looks } = anOpenIdProvider();
    await exchange(await idToken(key));
    shown.jwks = { status: 500 };
    for (let n = 0; n < 120; n += 1) {
      clock.advance(1000);
      await exchange(await idToken(other));
    }
    expect(looks()).toBe(3);
  });

  test("are fetched by all concurrent callers with a new one", async () => {
    const { shown, exchange } = anOpenIdProvider();
    await exchange(await idToken(key));
    shown.keys = [other.jwk];
    const token = await idToken(other);
    const outcomes = await Promise.all([1, 2, 3].map(() => exchange(token)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["issued", "issued", "issued"]);
  });

  const unavailable = (why: string) => ({
    code: "provider-unavailable",
    detail: `The keys that verify the provider's ID token cannot be fetched (${why}).`,
  });
  const noSet = {
    code: "provider-malformed",
    detail: "The provider answered no JWK set at jwksUrl.",
  };

  test.each<[rule: string, play: ScriptedAnswer, outcome: object]>([
    ["answered 500", { status: 500 }, unavailable("500")],
    [
      "answered 302 to another host, which is not followed",
      { status: 302, headers: { location: "https://evil.example" } },
      unavailable("302"),
    ],
    ["not answered", new HttpFailure("timeout", true), unavailable("no answer")],
    ["out of reach", new HttpFailure("network", false), unavailable("no answer")],
    ["HTML", { body: "<html>" }, noSet],
    ["not a set", { body: '{"keys":{}}' }, noSet],
    ["a set of text", { body: '{"keys":["canary"]}' }, noSet],
    ["a set of nothing", { body: '{"keys":[null]}' }, noSet],
    ["too long", { body: null }, noSet],
  ])("when they are %s, the code is not used", async (_, play, outcome) => {
    const { shown, exchange, requests } = anOpenIdProvider();
    shown.jwks = play;
    const expected = { ...outcome, mayHaveIssued: false };
    expect(await exchange(await idToken(key))).toMatchObject(expected);
    expect(requests.map(({ url }) => url)).toEqual([jwksUrl]);
  });

  test("that cannot be fetched for a new one leave the outcome unknown", async () => {
    const { shown, clock, exchange } = anOpenIdProvider();
    await exchange(await idToken(key));
    shown.jwks = { status: 500 };
    clock.advance(1000);
    const expected = { code: "provider-unavailable", mayHaveIssued: true };
    expect(await exchange(await idToken(other))).toMatchObject(expected);
  });

  test("that are too old once the token arrives are fetched again, and nothing else verifies it", async () => {
    const { shown, clock, exchange } = anOpenIdProvider();
    shown.meanwhile = () => {
      clock.advance(600_000);
      shown.jwks = { status: 500 };
    };
    const expected = { code: "provider-unavailable", mayHaveIssued: true };
    expect(await exchange(await idToken(key))).toMatchObject(expected);
  });

  test("may come from this machine without TLS", async () => {
    const local = { ...openIdRealm, jwksUrl: "http://127.0.0.1:9/jwks.json" };
    const { exchange } = anOpenIdProvider(local);
    expect(await exchange(await idToken(key))).toMatchObject({ kind: "issued" });
  });

  test("are fetched again after an outage", async () => {
    const { shown, exchange } = anOpenIdProvider();
    shown.jwks = { status: 500 };
    await exchange(await idToken(key));
    shown.jwks = null;
    expect(await exchange(await idToken(key))).toMatchObject({ kind: "issued" });
  });

  test("are fetched from the realm's address, whatever a token says", async () => {
    const { exchange, requests } = anOpenIdProvider();
    const header = { ...key.header, jku: "https://evil.example/jwks", jwk: other.jwk };
    await exchange(await idToken({ ...other, header: { ...header, kid: "key-1" } }));
    expect(requests.map(({ url }) => url)).toEqual([jwksUrl, openIdRealm.tokenUrl, jwksUrl]);
  });
});
