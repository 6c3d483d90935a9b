import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { ConsumerStack } from "../../infra/examples/consumer-stack.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { deployed, joinTemplates, resourcesIn, synthesizedStacks } from "./synthesized.ts";

const bundlesFolder = mkdtempSync(path.join(tmpdir(), "token-vending-trusts-"));
afterAll(() => rmSync(bundlesFolder, { recursive: true, force: true }));

const stacks = synthesizedStacks(oneOfEachKind, {
  add(vending, app) {
    const confermaApi = "https://conferma.example";
    new ConsumerStack(app, "Example", { vending, bundlesFolder, confermaApi });
  },
});

const byService = (service: string, condition?: object) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: service },
      ...(condition && { Condition: condition }),
    },
  ],
});

/** The expected trust policy of a role, by its purpose. A role of another purpose fails the test. */
const trustOf = {
  function: byService("lambda.amazonaws.com"),
  schedule: byService("scheduler.amazonaws.com", {
    StringEquals: {
      "aws:SourceAccount": "111122223333",
      "aws:SourceArn":
        "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/TokenVending-Ticks-D7697C8F",
    },
  }),
  // infra/constructs/api-logging.ts says why it has no condition.
  "logs of API Gateway": byService("apigateway.amazonaws.com"),
};

test("each role of the deployment can be assumed only by the service that it is for", () => {
  const stack = deployed(joinTemplates(stacks.ours));
  const expected = expectedTrusts(stack);
  const trusts = stack
    .resourcesOf("AWS::IAM::Role")
    .map(({ logicalId, properties }) => [logicalId, properties["AssumeRolePolicyDocument"]]);
  expect(Object.fromEntries(trusts)).toEqual(expected);
  expect(new Set(Object.values(expected))).toEqual(new Set(Object.values(trustOf)));
});

test("each role of the example can be assumed only by Lambda", () => {
  const roles = stacks.others.flatMap((template) => resourcesIn(template, "AWS::IAM::Role"));
  const functions = stacks.others.flatMap((template) =>
    resourcesIn(template, "AWS::Lambda::Function"),
  );
  expect(functions).toHaveLength(1);
  expect(roles.map(([, { Properties }]) => Properties["AssumeRolePolicyDocument"])).toEqual(
    functions.map(() => trustOf.function),
  );
});

/** The expected trust policies by the role's logical id, derived from the resources that use the roles. */
function expectedTrusts(stack: DeployedStack) {
  const having = (type: string, roleOf: (properties: Properties) => unknown) =>
    stack.resourcesOf(type).map(({ properties }) => String(roleOf(properties)).split("-").at(-1));
  const roles = {
    function: having("AWS::Lambda::Function", ({ Role }) => Role),
    schedule: having("AWS::Scheduler::Schedule", ({ Target }) => Object(Target).RoleArn),
    "logs of API Gateway": having("AWS::ApiGateway::Account", (account) => {
      return account["CloudWatchRoleArn"];
    }),
  };
  return Object.fromEntries(
    Object.entries(roles).flatMap(([use, ids]) =>
      ids.map((id) => [id, trustOf[use as keyof typeof trustOf]]),
    ),
  );
}

type Properties = Readonly<Record<string, unknown>>;
