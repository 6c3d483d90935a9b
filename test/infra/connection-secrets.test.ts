import { expect, test } from "vitest";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { realms } from "../../infra/realms.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesizedStacks } from "./synthesized.ts";

const secretsOf = (list: readonly RealmEntry[]) =>
  resourcesIn(synthesizedStacks(list).state, "AWS::SecretsManager::Secret").map(([, secret]) => ({
    ...secret,
    name: String(secret.Properties["Name"]),
    value: String(secret.Properties["SecretString"]),
  }));

test("each realm that is listed has an empty secret, which is kept", () => {
  const secrets = secretsOf(realms);
  expect(secrets.map(({ name }) => name)).toEqual(
    realms.map(({ provider, environment }) => `token-vending/${provider}/${environment}/default`),
  );
  for (const { DeletionPolicy, UpdateReplacePolicy, value } of secrets) {
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    expect(new Set(Object.values(JSON.parse(value)))).toEqual(new Set([""]));
  }
});

test("an empty secret has the members that its provider requires", () => {
  const members = secretsOf(realms).map(({ value }) => Object.keys(JSON.parse(value)));
  expect(members).toEqual(realms.map(({ provider }) => declarationOf(provider).requiredMembers));
});

test("accounts have a secret each", () => {
  const [conferma] = oneOfEachKind;
  if (!conferma) throw new Error("There is no realm.");
  const names = secretsOf([{ ...conferma, accounts: ["one", "two@acme"] }]).map(({ name }) => name);
  expect(names).toEqual([
    "token-vending/conferma/sandbox/one",
    "token-vending/conferma/sandbox/two@acme",
  ]);
});

test.each([
  ["is no account", "conferma", ["A"]],
  ["is no account", "conferma", "default"],
  ["is listed twice", "conferma", ["a", "a"]],
  ["need no secrets", "centrapay-user", ["a"]],
])("a realm whose account %s fails the synthesis, by name", (why, provider, accounts) => {
  const realm = oneOfEachKind.find((one) => one.provider === provider);
  const entry = { ...realm, accounts } as unknown as RealmEntry;
  expect(() => synthesizedStacks([entry])).toThrow(new RegExp(`${provider}/\\w+: .*${why}`));
});
