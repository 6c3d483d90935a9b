import { expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { nodeBrowserSecrets as secrets } from "../../functions/platform/node-browser-secrets.ts";

test("secrets and salts are long, and never the same", () => {
  const texts = Array.from({ length: 100 }, () => secrets.newSecret().expose());
  const salts = Array.from({ length: 100 }, () => secrets.newSalt());
  expect(new Set([...texts, ...salts]).size).toBe(200);
  for (const text of texts) expect(text).toMatch(/^[\w-]{43}$/);
  for (const salt of salts) expect(salt).toMatch(/^[\w-]{22}$/);
});

test("a hash is SHA-256", () => {
  // FIPS 180-2, appendix B.1.
  const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(secrets.hash(new Sensitive("abc"))).toBe(Buffer.from(hex, "hex").toString("base64url"));
});

test("a proof is HMAC-SHA-256", () => {
  // RFC 4231, test case 2.
  const hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  const mac = secrets.mac(new Sensitive("Jefe"), "what do ya want for nothing?");
  expect(mac.expose()).toBe(Buffer.from(hex, "hex").toString("base64url"));
});

test.each([
  ["abc", "abc", true],
  ["abc", "abd", false],
  ["abc", "ab", false],
  ["", "", true],
  ["é", "e", false],
])("%j and %j are the same: %j", (one, other, same) => {
  expect(secrets.isSame(one, other)).toBe(same);
});
