import { expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { declarationOf } from "../../../functions/providers/catalogue.ts";
import { secretExaminer } from "../../../functions/providers/declaration/secret-oddities.ts";
import { createCertificateAuthority } from "../../../local/simulators/kit/certificates.ts";

const canary = "c4n4ry-9c1f-value";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const json = (members: object) =>
  JSON.stringify({ clientId: "c", clientSecret: canary, ...members });
const examine = (text: string) =>
  secretExaminer(declarationOf("connectpay").secret)(new Sensitive(text));
const odditiesIn = (text: string) =>
  examine(text).oddities.map(({ field, oddity }) => `${field} ${oddity}`);

const { chain, privateKey } = await (await createCertificateAuthority("an authority")).issueClient(
  "a client",
  { notBefore: new Date("2026-11-01T00:00:00Z"), notAfter: new Date("2026-12-01T00:00:00Z") },
);

test.each([
  ["is as the provider issued it", json({})],
  ["is Base64 of what nobody can read", json({ clientSecret: "kJ8f3Yx0mPzq7W2vT5nB1A==" })],
  ["is hexadecimal", json({ clientSecret: "deadbeef00c0ffee1122334455667788" })],
  ["is a short word", json({ clientSecret: "dGVzdA==" })],
  ["has blanks inside", json({ clientSecret: "correct horse" })],
  ["has line breaks in PEM", json({ tlsCertificateChain: chain, tlsPrivateKey: privateKey })],
  [
    "has the line breaks of Windows in PEM",
    json({
      tlsCertificateChain: chain.replaceAll("\n", "\r\n"),
      tlsPrivateKey: ` ${privateKey.replaceAll("\n", "\r\n")} `,
    }),
  ],
  ["is text that is no JSON and nothing else", canary],
  ["has a member that nobody reads", json({ note: ` ${canary} ` })],
  ["is a list", "[1]"],
  ["is Base64 of text that is no JSON", base64(`${canary} is plain text`)],
  ["has quotation marks at one end", json({ clientSecret: `"${canary}" it is` })],
  ["… or at the other", json({ clientSecret: `it is "${canary}"` })],
  ["has two different ones", json({ clientSecret: `“${canary}'` })],
  ["… either way", json({ clientSecret: `'${canary}”` })],
  ["has a sign before Base64", json({ clientSecret: `~aa${base64("a word of text")}a` })],
  ["… or behind it", json({ clientSecret: `a${base64("a word of text")}aa~` })],
  ["is Base64 without its end", json({ clientSecret: base64("a long word of text").slice(0, -1) })],
  ["has a backslash in what is no PEM", json({ tlsPrivateKey: "no\\n key" })],
  ["is Base64 of what is no PEM", json({ tlsPrivateKey: base64("this is no private key") })],
])("nothing is odd about a value that %s", (_, text) => {
  expect(odditiesIn(text)).toEqual([]);
});

test.each([
  [`\ufeff${json({})}`, "SecretString begins with a byte order mark"],
  [JSON.stringify(json({})), "SecretString is a JSON string in which there is JSON: quoted twice"],
  [`'${json({})}'`, "SecretString is in quotation marks"],
  [` “${json({})}”\n`, "SecretString is in quotation marks"],
  [base64(json({})), "SecretString is Base64 of what it should be"],
  [base64(`\n ${json({})}`), "SecretString is Base64 of what it should be"],
  [
    Buffer.from(json({}), "utf16le").toString(),
    "SecretString has zero bytes, as UTF-16 has that was read as UTF-8",
  ],
  [json({ clientSecret: `${canary} ` }), "clientSecret begins or ends with white space"],
  [json({ clientSecret: `${canary}\r\n` }), "clientSecret begins or ends with white space"],
  [json({ clientSecret: `\u00a0${canary}` }), "clientSecret begins or ends with white space"],
  [json({ clientSecret: `\ufeff${canary}` }), "clientSecret begins with a byte order mark"],
  [json({ clientSecret: `c4n4ry\u200b-9c1f` }), "clientSecret has characters that nobody sees"],
  [json({ clientSecret: `"${canary}"` }), "clientSecret is in quotation marks"],
  [json({ clientSecret: `\`${canary}\`` }), "clientSecret is in quotation marks"],
  [json({ clientSecret: `«${canary}»` }), "clientSecret is in quotation marks"],
  [
    json({ clientSecret: base64(`${canary}\n`) }),
    "clientSecret is Base64 of plain text, which is right only if the provider issued it so",
  ],
  [
    json({ tlsPrivateKey: privateKey.replaceAll("\n", "\\n") }),
    "tlsPrivateKey has the two characters \\n in the place of line breaks",
  ],
  [json({ tlsPrivateKey: base64(privateKey) }), "tlsPrivateKey is Base64 of what it should be"],
  [json({ tlsPrivateKey: `"${privateKey}"` }), "tlsPrivateKey is in quotation marks"],
  [
    json({ tlsCertificateChain: `\ufeff${chain}` }),
    "tlsCertificateChain begins with a byte order mark",
  ],
])("what is odd is named by its member, and not quoted: %#", (text, oddity) => {
  expect(odditiesIn(text)).toEqual([oddity]);
  expect(JSON.stringify(examine(text))).not.toMatch(/c4n4ry|PRIVATE KEY/);
});

test("the life of a client certificate is that of its leaf", () => {
  expect(
    examine(json({ tlsCertificateChain: chain, tlsPrivateKey: privateKey })).certificate,
  ).toEqual({
    beginsAt: new Date("2026-11-01T00:00:00Z"),
    endsAt: new Date("2026-12-01T00:00:00Z"),
  });
  expect(examine(json({})).certificate).toBeNull();
  expect(examine(json({ clientSecret: chain })).certificate).toBeNull();
});
