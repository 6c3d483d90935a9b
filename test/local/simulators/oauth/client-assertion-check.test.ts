import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { assembleJsonWebToken } from "../../../../local/simulators/kit/json-web-token.ts";
import { createAssertionCheck } from "../../../../local/simulators/oauth/client-assertion-check.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = pair.publicKey.export({ format: "pem", type: "spki" }).toString();
const other = generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" });
const audience = "https://server.example/token";
const nowSeconds = 1_800_000_000;

const claims = {
  ...{ iss: "us", sub: "us", aud: audience, jti: "1" },
  exp: nowSeconds + 60,
};

function assertion(changed: object = {}, header: object = {}): string {
  return assembleJsonWebToken({ alg: "ES256", ...header }, { ...claims, ...changed }, (signed) =>
    sign("sha256", Buffer.from(signed), { key: pair.privateKey, dsaEncoding: "ieee-p1363" }),
  );
}

const aCheck = (algorithm?: string) =>
  createAssertionCheck({ now: () => nowSeconds * 1000, algorithm, audience: () => audience });

test("an assertion is accepted once, by any of the client's keys", () => {
  const isAssertionOf = aCheck("ES256");
  expect(isAssertionOf("us", assertion(), [String(other), pem])).toBe(true);
  expect(isAssertionOf("us", assertion(), [pem])).toBe(false);
  expect(isAssertionOf("us", assertion({ jti: "2", aud: [audience, "more"] }), [pem])).toBe(true);
});

test.each<[string, string]>([
  ["of another client", assertion({ iss: "them", sub: "them" })],
  ["about another client", assertion({ sub: "them" })],
  ["for another server", assertion({ aud: "https://else.example" })],
  ["that has expired", assertion({ exp: nowSeconds })],
  ["that is valid for an hour", assertion({ exp: nowSeconds + 3600 })],
  ["that never expires", assertion({ exp: undefined })],
  ["without an id", assertion({ jti: undefined })],
  ["by an algorithm that is not the key's", assertion({}, { alg: "EdDSA" })],
  ["by no algorithm", assertion({}, { alg: "none" })],
  [
    "that was changed",
    assertion().replace(/\.[^.](?=[^.]*$)/, (start) => (start === ".A" ? ".B" : ".A")),
  ],
  ["that is none", "a.b.c"],
])("an assertion %s is refused", (_, wrong) => {
  expect(aCheck()("us", wrong, [pem])).toBe(false);
});

test("an assertion by another algorithm than the declared one is refused, and by another key", () => {
  expect(aCheck("PS256")("us", assertion(), [pem])).toBe(false);
  expect(aCheck()("us", assertion(), [String(other)])).toBe(false);
  expect(aCheck()("us", assertion(), [])).toBe(false);
});
