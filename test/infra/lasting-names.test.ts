import { expect, test } from "vitest";
import { oneOfEachKind } from "./example-realms.ts";
import type { RawTemplate, SynthesisOptions } from "./synthesized.ts";
import { deployed, joinTemplates, resourcesIn, synthesizedStacks } from "./synthesized.ts";

/** The properties that give a resource its name. */
const nameProperties = [
  ...["FunctionName", "LogGroupName", "TableName", "AliasName", "AlarmName", "DashboardName"],
  ...["Name", "StageName", "RouteKey", "PathPart", "RoleName", "QueueName"],
];

const stacksOf = (options: SynthesisOptions = {}) => synthesizedStacks(oneOfEachKind, options);

/** Logical ids, types and explicit names: what makes AWS keep a resource. */
function identities(templates: ReadonlyMap<string, RawTemplate>): string[] {
  return [...templates].flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) => {
      const names = nameProperties.map((name) => JSON.stringify(Properties[name]) ?? "");
      // A release is a new version of its functions.
      return Type === "AWS::Lambda::Version" ? [] : [`${stack} ${id} ${Type} ${names.join(" ")}`];
    }),
  );
}

const one = stacksOf({ release: "1" });
const two = stacksOf({ release: "2" });

test("a release with other code keeps every resource, with its name and address", () => {
  expect(identities(two.all)).toEqual(identities(one.all));
  const versions = (of: typeof one) =>
    of.ours.flatMap((template) => resourcesIn(template, "AWS::Lambda::Version").map(([id]) => id));
  expect(versions(one)).toHaveLength(oneOfEachKind.length);
  expect(versions(two).filter((id) => versions(one).includes(id))).toEqual([]);
});

test("an earlier version is kept, so that the alias can go back to it", () => {
  const versions = one.ours.flatMap((template) => resourcesIn(template, "AWS::Lambda::Version"));
  for (const [, { DeletionPolicy, UpdateReplacePolicy }] of versions) {
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
  }
});

test("functions are called by their deployment, realm and part, and so are their logs", () => {
  const stack = deployed(joinTemplates(one.ours));
  const expected = [
    "token-vending-list-connections",
    "token-vending-publish-events",
    ...["conferma-sandbox", "cfis-staging", "centrapay-user-test"].flatMap((realm) => [
      `token-vending-${realm}`,
      `token-vending-${realm}-renew`,
    ]),
    "token-vending-centrapay-user-test-begin-consent",
    "token-vending-centrapay-user-test-complete-consent",
  ].sort();
  expect(stack.functions.map(({ name }) => name).sort()).toEqual(expected);
  const logs = stack
    .resourcesOf("AWS::Logs::LogGroup")
    .flatMap(({ properties: { LogGroupName } }) => (LogGroupName ? [String(LogGroupName)] : []));
  expect(logs.sort()).toEqual(expected.map((name) => `/aws/lambda/${name}`));
});

test("what to invoke, the API and the callback address of each realm are published", () => {
  const stack = deployed(joinTemplates(one.ours));
  const published = stack
    .resourcesOf("AWS::SSM::Parameter")
    .map(({ properties: { Name, Value } }) => [String(Name), String(Value)] as const)
    .filter(([name]) => name.startsWith("/token-vending/realms/"));
  const api = expect.stringMatching(
    /^https:\/\/[\w-]+\.execute-api\.[\w-]+\.amazonaws\.com\/live\/$/,
  );
  const callback = expect.stringMatching(/^https:\/\/[^/]+\/callback\/centrapay-user\/test$/);
  const prefix = "/token-vending/realms";
  expect(Object.fromEntries(published)).toEqual({
    [`${prefix}/conferma/sandbox/function`]: "token-vending-conferma-sandbox:live",
    [`${prefix}/conferma/sandbox/api`]: api,
    [`${prefix}/cfis/staging/function`]: "token-vending-cfis-staging:live",
    [`${prefix}/cfis/staging/api`]: api,
    [`${prefix}/centrapay-user/test/function`]: "token-vending-centrapay-user-test:live",
    [`${prefix}/centrapay-user/test/api`]: api,
    [`${prefix}/centrapay-user/test/callback`]: callback,
  });
});

test("two deployments of an account share no stack and no name", () => {
  const other = stacksOf({ name: "acme-tokens" });
  const common = [...one.all.keys()].filter((name) => other.all.has(name));
  expect(common).toEqual([]);
  const taken = new Set(physicalNames(one.ours));
  expect(taken.size).toBeGreaterThan(40);
  expect(physicalNames(other.ours).filter((name) => taken.has(name))).toEqual([]);
  const resources = other.ours.flatMap(({ Resources }) => Object.values(Resources));
  const text = JSON.stringify(
    resources.filter(({ Type }) => !Type.startsWith("AWS::CloudWatch::")),
  );
  expect(text).toContain('"SECRET_PREFIX":"acme-tokens/conferma/sandbox/"');
  expect(text).toContain(":secret:acme-tokens/conferma/sandbox/*");
  expect(text).not.toMatch(/[":/]token-vending[-/"]/);
});

test.each(["Acme", "acme_tokens", "-acme", "acme-1", "a".repeat(31)])(
  "%s cannot be the name of a deployment",
  (name) => expect(() => stacksOf({ name })).toThrow("token-vending:name must be"),
);

/** The names that are unique in an account and Region. */
function physicalNames(templates: readonly RawTemplate[]): string[] {
  const unique: Readonly<Record<string, string>> = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::SQS::Queue": "QueueName",
  };
  return templates.flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Type, Properties = {} }) => {
      const name = Properties[unique[Type] ?? ""];
      return typeof name === "string" ? [`${Type} ${name}`] : [];
    }),
  );
}
