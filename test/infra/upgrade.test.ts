import { describe, expect, test } from "vitest";
import { realms } from "../../infra/realms.ts";
import { earlierReleases, earlierTemplate } from "../releases/open-release.ts";
import type { RawResource, RawTemplate } from "./synthesized.ts";
import { resourcesIn, synthesizedStacks } from "./synthesized.ts";

/** Properties that cannot change without a replacement, which loses what the resource holds. */
const identity: Readonly<Record<string, readonly string[]>> = {
  "AWS::DynamoDB::Table": ["TableName", "KeySchema"],
  "AWS::KMS::Key": ["KeySpec", "KeyUsage", "MultiRegion"],
  "AWS::SecretsManager::Secret": ["Name"],
  "AWS::SSM::Parameter": ["Name", "Type"],
  "AWS::Logs::LogGroup": ["LogGroupName"],
  "AWS::SQS::Queue": ["QueueName", "FifoQueue"],
};

const later = synthesizedStacks(realms);
const stateful = (template: RawTemplate) =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type in identity);

/** What CloudFormation would lose by updating a stack from one template to the next. */
function losses(before: RawTemplate, after: RawTemplate): string[] {
  return stateful(before).flatMap(([id, resource]) => {
    const successor = after.Resources[id];
    if (!successor) return isRetained(resource) ? [] : [`${id} is deleted`];
    // Of a log, the past is kept beside its successor.
    if (resource.Type === "AWS::Logs::LogGroup" && successor.UpdateReplacePolicy === "Retain") {
      return [];
    }
    return replaced(resource, successor).map((name) => `${id} is replaced: ${name}`);
  });
}

/** The policy of the earlier template applies: the later one no longer has the resource. */
const isRetained = ({ DeletionPolicy = "" }: RawResource) =>
  ["Retain", "RetainExceptOnCreate", "Snapshot"].includes(DeletionPolicy);

function replaced(before: RawResource, after: RawResource): string[] {
  if (before.Type !== after.Type) return ["Type"];
  const propertyOf = ({ Properties }: RawResource, name: string) =>
    JSON.stringify(Properties?.[name]) ?? "";
  return (identity[before.Type] ?? []).filter(
    (name) => propertyOf(before, name) !== propertyOf(after, name),
  );
}

describe.each(earlierReleases)("an update from %s", (release) => {
  const stacks = [
    ["TokenVendingState", later.state],
    ["TokenVending", later.core],
  ] as const;

  test.each(stacks)("deletes and replaces nothing in %s that holds data", (name, after) => {
    const before = earlierTemplate(name, release);
    expect(stateful(before).length).toBeGreaterThan(0);
    expect(losses(before, after)).toEqual([]);
  });

  test("keeps the table, the key and every secret in the state stack", () => {
    const ids = stateful(earlierTemplate("TokenVendingState", release)).map(([id]) => id);
    expect(Object.keys(later.state.Resources)).toEqual(expect.arrayContaining(ids));
    for (const id of ids) {
      const { Type, DeletionPolicy, UpdateReplacePolicy } = later.state.Resources[id] ?? {};
      if (Type === "AWS::SSM::Parameter") continue;
      expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, "Retain", "Retain"]);
    }
  });
});

describe("an update from 0.2.0 keeps the address of", () => {
  const before = earlierTemplate("TokenVending");

  test.each(["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"])("%s", (type) => {
    const [[id, api] = [""], ...others] = resourcesIn(before, type);
    expect(others).toEqual([]);
    expect(later.core.Resources[id]?.Properties).toEqual(api?.Properties);
  });

  test("the consent pages of every realm, which are registered as redirect URIs", () => {
    const keysIn = (templates: readonly RawTemplate[]) =>
      templates
        .flatMap((template) => resourcesIn(template, "AWS::ApiGatewayV2::Route"))
        .map(([, { Properties }]) => String(Properties["RouteKey"]))
        .sort();
    expect(keysIn([before])).not.toEqual([]);
    expect(keysIn(later.ours)).toEqual(expect.arrayContaining(keysIn([before])));
  });
});

test("no stack that is new since 0.2.0 takes a name that its resources have", () => {
  const names = (templates: readonly RawTemplate[]) =>
    templates.flatMap((template) =>
      Object.values(template.Resources).flatMap(({ Type, Properties = {} }) =>
        ["FunctionName", "LogGroupName", "QueueName", "TableName"].flatMap((name) =>
          typeof Properties[name] === "string" ? [`${Type} ${Properties[name]}`] : [],
        ),
      ),
    );
  const taken = names([earlierTemplate("TokenVending")]);
  expect(names(later.ours).filter((name) => taken.includes(name))).toEqual([]);
});

test("a table with another key, a secret that is gone and another key are noticed", () => {
  const before = earlierTemplate("TokenVendingState");
  const [[table = ""] = [], ...rest] = stateful(before);
  const [secret = ""] = rest.find(([, { Type }]) => Type.endsWith("Secret")) ?? [];
  const { [secret]: gone, ...Resources } = structuredClone(before.Resources);
  Object.assign(Resources[table]?.Properties ?? {}, { KeySchema: [] });
  expect(losses(before, { Resources })).toEqual([`${table} is replaced: KeySchema`]);
  Object.assign(gone ?? {}, { DeletionPolicy: "Delete" });
  const deletable = { Resources: { ...before.Resources, [secret]: gone as RawResource } };
  expect(losses(deletable, { Resources: before.Resources })).toEqual([]);
  expect(losses(deletable, { Resources })).toContain(`${secret} is deleted`);
});
