import { describe, expect, test } from "vitest";
import { unprintable } from "../../../functions/model/sensitive.ts";
import type { Person } from "../../../functions/providers/oauth/person.ts";
import { maskedIdentity, verifiedEmailOf } from "../../../functions/providers/oauth/person.ts";

const person = (claims: Person["claims"]) => unprintable<Person>({ subject: "person-1", claims });

test.each([
  [{ email: "jo@example.org", email_verified: true }, "jo@example.org"],
  [{ email: "jo@example.org", email_verified: "true" }, undefined],
  [{ email: "jo@example.org", email_verified: false }, undefined],
  [{ email: "jo@example.org" }, undefined],
  [{ email: 7, email_verified: true }, undefined],
])("an e-mail address is known where the provider has verified it: %j", (claims, email) => {
  expect(verifiedEmailOf(person(claims))).toBe(email);
});

describe("a person is shown by", () => {
  test.each<[rule: string, claims: Person["claims"], shown: string | null]>([
    ["nothing, where the ID token says no more", {}, null],
    ["an e-mail address", { email: "jo.doe@example.org", name: "Jo Doe" }, "j…@example.org"],
    ["a verified one", { email: "jo@example.org", email_verified: true }, "j…@example.org"],
    [
      "no unverified one",
      { email: "jo@example.org", email_verified: false, name: "Jo Doe" },
      "J… D…",
    ],
    ["… whatever its type", { email: "jo@example.org", email_verified: "false" }, null],
    ["a login", { preferred_username: "jdoe", name: "Jo Doe" }, "j…"],
    ["a name", { name: "  Émile  von Zola " }, "É… v… Z…"],
    ["no control or format characters", { name: "\u202ejo\u0000" }, "j…"],
    ["no text of another kind", { email: 7, preferred_username: [], name: {} }, null],
    ["no e-mail address without a domain", { email: "jo@", name: "Jo" }, "J…"],
    ["no e-mail address without a person", { email: "@example.org", name: "Jo" }, "J…"],
    ["no text that only ends in an address", { email: "a@b c", name: "Jo" }, "J…"],
    ["the domain behind the last sign", { email: "jo@home@example.org" }, "j…@example.org"],
    ["a name, where the login is blank", { preferred_username: "  ", name: "Jo" }, "J…"],
    ["a name's first four words", { name: "Ana Bea Cleo Dora Eve" }, "A… B… C… D…"],
    ["a text's first hundred characters", { name: `${"a".repeat(99)} Bea Cleo` }, "a…"],
  ])("%s", (_, claims, shown) => {
    expect(maskedIdentity(person(claims))).toBe(shown);
  });
});
