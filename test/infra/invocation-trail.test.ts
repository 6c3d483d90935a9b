import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, test } from "vitest";
import cdk from "../../cdk.json" with { type: "json" };
import { addNagChecks } from "../../infra/cdk-nag.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { oneOfEachKind } from "./example-realms.ts";
import type { RawTemplate, Statement } from "./synthesized.ts";
import { resourcesIn, synthesizedStacks } from "./synthesized.ts";

const api = { kind: "none" } as const;
const [realm] = oneOfEachKind;
if (!realm) throw new Error("There is no example of a realm.");

const coreWith = (entries: readonly RealmEntry[], name?: string): RawTemplate =>
  synthesizedStacks(entries, { api, trail: true, ...(name && { name }) }).core;
const core = coreWith(oneOfEachKind);

interface EventSelector {
  readonly FieldSelectors: readonly {
    readonly Field: string;
    readonly StartsWith?: readonly unknown[];
    readonly NotEndsWith?: readonly string[];
  }[];
}

function selectorIn(template: RawTemplate) {
  const trails = resourcesIn(template, "AWS::CloudTrail::Trail");
  const selectors = trails.flatMap(
    ([, { Properties }]) => Properties["AdvancedEventSelectors"] as EventSelector[],
  );
  expect(selectors).toHaveLength(1);
  return selectors.flatMap(({ FieldSelectors }) => FieldSelectors);
}

describe("the trail", () => {
  const [[, trail] = []] = resourcesIn(core, "AWS::CloudTrail::Trail");

  test("is there only if it is switched on", () => {
    const { core: without } = synthesizedStacks([realm], { api });
    expect(resourcesIn(without, "AWS::CloudTrail::Trail")).toEqual([]);
    expect(resourcesIn(without, "AWS::S3::Bucket")).toEqual([]);
  });

  test("records the invocations of all functions that vend, whatever their number, and of no others", () => {
    const [category, type, names, ...others] = selectorIn(core);
    expect([category, type, others]).toEqual([
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: ["AWS::Lambda::Function"] },
      [],
    ]);
    expect(JSON.stringify(names?.StartsWith)).toMatch(/:lambda:.*:function:token-vending-"/);
    expect(names?.NotEndsWith).toEqual([
      "-renew",
      "-begin-consent",
      "-complete-consent",
      "-list-connections",
      "-publish-events",
    ]);
    expect(trail?.Properties).not.toHaveProperty("EventSelectors");
  });

  test("leaves out no realm whose function's name ends like that of another", () => {
    const named = { ...realm, environment: "x-renew" } as RealmEntry;
    const [, , names] = selectorIn(coreWith([named]));
    expect(names?.NotEndsWith).not.toContain("-renew");
  });

  test("follows the deployment's name", () => {
    const template = coreWith([realm], "acme");
    expect(JSON.stringify(selectorIn(template))).toContain(":function:acme-");
    const names = resourcesIn(template, "AWS::Logs::LogGroup").map(
      ([, { Properties }]) => Properties["LogGroupName"],
    );
    expect(names).toContain("/acme/trail");
  });

  test("validates its files, and keeps them for 90 days in an encrypted bucket of its own", () => {
    expect(trail?.Properties).toMatchObject({
      EnableLogFileValidation: true,
      IsLogging: true,
      IsMultiRegionTrail: false,
    });
    const [[, bucket] = []] = resourcesIn(core, "AWS::S3::Bucket");
    expect(bucket).toMatchObject({
      DeletionPolicy: "Retain",
      Properties: {
        BucketEncryption: expect.anything(),
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90, Status: "Enabled" }] },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      },
    });
    expect(JSON.stringify(core)).toContain("aws:SecureTransport");
  });
});

test("the grant of attribution reads the logs of the functions and of the trail, and what is published for callers", () => {
  const { core: granted } = synthesizedStacks([realm], {
    api,
    add(vending) {
      const assumedBy = new ServicePrincipal("ec2.amazonaws.com");
      vending.grantAttribution(new Role(vending.coreStack, "Operator", { assumedBy }));
    },
  });
  const policies = resourcesIn(granted, "AWS::IAM::Policy");
  const statements = policies
    .filter(([id]) => id.startsWith("Operator"))
    .flatMap(([, { Properties }]) => Object(Properties["PolicyDocument"]).Statement as Statement[]);
  expect(statements.map(({ Action }) => Action)).toEqual([
    "lambda:ListFunctions",
    "lambda:GetFunctionConfiguration",
    "ssm:GetParameter",
    "logs:FilterLogEvents",
  ]);
  const published = JSON.stringify(statements[2]?.Resource);
  expect(published).toMatch(/:parameter\/token-vending\/realms\/\*"/);
  const text = JSON.stringify(statements[3]?.Resource);
  expect(text).toMatch(/:log-group:\/aws\/lambda\/token-vending-\*:\*"/);
  expect(text).toMatch(/:log-group:\/token-vending\/trail:\*"/);
});

test("attribution cannot be granted to one who has no policies", () => {
  const grant = () =>
    synthesizedStacks([realm], {
      api,
      add: (vending) => vending.grantAttribution(new ServicePrincipal("ec2.amazonaws.com")),
    });
  expect(grant).toThrow("Attribution cannot be granted");
});

test("the trail passes the rules of AwsSolutions, Serverless and CDK", { timeout: 180_000 }, () => {
  const { context } = cdk;
  const add = (_: unknown, app: Parameters<typeof addNagChecks>[0]) => addNagChecks(app);
  synthesizedStacks([realm], { api, trail: true, context, add });
});
