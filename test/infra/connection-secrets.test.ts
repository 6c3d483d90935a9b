import { App } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { declarationOf, providerIds } from "../../functions/providers/catalogue.ts";
import { maxListedSecrets } from "../../infra/constructs/token-vending-state.ts";
import { DeploymentNames } from "../../infra/deployment-names.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { realms } from "../../infra/realms.ts";
import { StateStack } from "../../infra/stacks/state-stack.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesizedStacks } from "./synthesized.ts";

const secretsOf = (list: readonly RealmEntry[]) =>
  resourcesIn(synthesizedStacks(list).state, "AWS::SecretsManager::Secret").map(([, secret]) => ({
    ...secret,
    name: String(secret.Properties["Name"]),
  }));

test("each realm that is listed has a secret without a value, which is kept", () => {
  const secrets = secretsOf(realms);
  expect(secrets.map(({ name }) => name)).toEqual(
    realms.map(({ provider, environment }) => `token-vending/${provider}/${environment}/default`),
  );
  for (const { DeletionPolicy, UpdateReplacePolicy, Properties } of secrets) {
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    // CloudFormation makes a version when SecretString or GenerateSecretString changes, and of nothing else.
    expect(Object.keys(Properties).toSorted()).toEqual(["Description", "Name"]);
  }
});

test("no member of a secret is named in the template of the state", () => {
  const text = JSON.stringify(synthesizedStacks(oneOfEachKind).state);
  for (const member of providerIds.flatMap((id) => Object.keys(declarationOf(id).secret))) {
    expect(text).not.toMatch(new RegExp(`\\b${member}\\b`));
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

test("a realm without listed accounts has no secret: somebody has made it, or will", () => {
  expect(secretsOf(oneOfEachKind.map((realm) => ({ ...realm, accounts: [] })))).toEqual([]);
});

/** As many realms, with as many accounts each. */
const manyRealms = (count: number, accounts: number): RealmEntry[] =>
  Array.from({ length: count }, (_, at) => ({
    provider: "static-key",
    environment: `e${at}`,
    headerName: "X-Key",
    accounts: Array.from({ length: accounts }, (_, index) => `a${index}`),
  }));

test("two hundred realms with two accounts each fit into the state's stack", () => {
  const app = new App({ builtinCloudFormationValidation: false });
  const { stackName } = new StateStack(app, "State", {
    ...{ realms: manyRealms(200, 2), names: new DeploymentNames() },
  });
  const { Resources } = app.synth().getStackByName(stackName).template;
  expect(Object.keys(Resources).length).toBeGreaterThan(400);
  expect(Object.keys(Resources).length).toBeLessThanOrEqual(500);
});

test("more accounts than a stack has room for are refused, with what to do", () => {
  expect(() => synthesizedStacks(manyRealms(1, maxListedSecrets + 1))).toThrow(
    /lists 451 accounts.*at most 450.*List fewer.*secret put/,
  );
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
