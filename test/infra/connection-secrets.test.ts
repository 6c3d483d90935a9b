import { describe, expect, test } from "vitest";
import { providerIds } from "../../functions/model/provider-id.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { readRealm } from "../../functions/platform/environment.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { providerOf } from "../../functions/providers/catalogue.ts";
import { secretMembers } from "../../infra/provider-secrets.ts";
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

describe("an empty secret causes no request to a provider:", () => {
  test.each(providerIds)("%s refuses it, naming a member of it", async (id) => {
    const realm = realms.find(({ provider }) => provider === id) ?? generic[id];
    const send = () => Promise.reject(new Error("not sent"));
    const wire = { send, clock: systemClock, newRequestId: () => "" };
    const { accounts: _, ...settings } = realm as RealmEntry;
    const issuer = await providerOf(readRealm(JSON.stringify(settings)), wire).issuer();
    const empty = Object.fromEntries(secretMembers[id].map((name) => [name, ""]));
    const member = new RegExp(`^(${secretMembers[id].join("|")}): `);
    expect(() => issuer.openGrant(new Sensitive(JSON.stringify(empty)), null)).toThrow(member);
  });
});

const address = "https://provider.example";
const generic: Readonly<Record<string, RealmEntry>> = {
  "client-credentials": { provider: "client-credentials", environment: "acme", tokenUrl: address },
  "static-key": { provider: "static-key", environment: "acme", headerName: "x-key" },
  "authorization-code": {
    provider: "authorization-code",
    environment: "acme",
    authorizeUrl: address,
    tokenUrl: address,
  },
};
