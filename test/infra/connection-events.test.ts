import { App } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import { eventKinds } from "../../functions/model/connection-events.ts";
import { MailEventsStack } from "../../infra/examples/mail-events.ts";
import { realms } from "../../infra/realms.ts";
import { eventPublisher } from "./principals.ts";
import type { RawTemplate, Statement } from "./synthesized.ts";
import { joinTemplates, resourcesIn, synthesizedStacks } from "./synthesized.ts";

const stacks = synthesizedStacks(realms);
const template = joinTemplates(stacks.ours);

function only(type: string, of: RawTemplate = template) {
  const [[logicalId, resource] = [], ...others] = resourcesIn(of, type);
  expect(others).toEqual([]);
  return { logicalId, properties: resource?.Properties ?? expect.fail(`no ${type}`) };
}

describe("the table's stream", () => {
  test("has records before and after each write", () => {
    expect(only("AWS::DynamoDB::Table").properties["StreamSpecification"]).toEqual({
      StreamViewType: "NEW_AND_OLD_IMAGES",
    });
  });

  test("is delivered until all is out, for almost as long as it is kept, and then to a queue", () => {
    const { properties } = only("AWS::Lambda::EventSourceMapping");
    const table = only("AWS::DynamoDB::Table").logicalId;
    const queue = resourcesIn(template, "AWS::SQS::Queue").find(([id]) => /^EventsLost/.test(id));
    expect(properties).toMatchObject({
      EventSourceArn: { "Fn::GetAtt": [table, "StreamArn"] },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      BisectBatchOnFunctionError: true,
      StartingPosition: "TRIM_HORIZON",
      MaximumRecordAgeInSeconds: 23 * 3600,
      DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": [queue?.[0], "Arn"] } } },
    });
    // No number of attempts is too many.
    expect(properties).not.toHaveProperty("MaximumRetryAttempts");
  });

  test("invokes the function for records of connections only, also when one is deleted", () => {
    const { properties } = only("AWS::Lambda::EventSourceMapping");
    const { Filters } = properties["FilterCriteria"] as { Filters: { Pattern: string }[] };
    const isThere = { realm: { S: [{ exists: true }] } };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      { dynamodb: { NewImage: isThere } },
      { dynamodb: { OldImage: isThere } },
    ]);
  });

  test("is found by a name that the state stack publishes", () => {
    const parameters = resourcesIn(stacks.state, "AWS::SSM::Parameter");
    const names = parameters.map(([, { Properties }]) => Properties["Name"]);
    expect(names).toContain("/token-vending/table-stream");
  });
});

test("the bus and the function are called by the deployment, so that an account may have two", () => {
  const named = (of: RawTemplate) => ({
    bus: only("AWS::Events::EventBus", of).properties["Name"],
    functions: resourcesIn(of, "AWS::Lambda::Function")
      .filter(([logicalId]) => logicalId.startsWith(eventPublisher))
      .map(([, { Properties }]) => Properties["FunctionName"]),
  });
  const other = joinTemplates(synthesizedStacks(realms, { name: "acme" }).ours);
  expect(named(template)).toEqual({
    ...{ bus: "token-vending", functions: ["token-vending-publish-events"] },
  });
  expect(named(other)).toEqual({ bus: "acme", functions: ["acme-publish-events"] });
});

test("the schedule's role may invoke the function, send to the dead-letter queue, and nothing else", () => {
  const [, policy] =
    resourcesIn(template, "AWS::IAM::Policy").find(([id]) =>
      id.startsWith(`${eventPublisher}EveryHour`),
    ) ?? expect.fail("no policy");
  const { Statement: statements } = Object(policy.Properties["PolicyDocument"]) as {
    Statement: Statement[];
  };
  expect(statements.map(({ Action }) => Action)).toEqual([
    "lambda:InvokeFunction",
    "sqs:SendMessage",
  ]);
});

test("the example rule mails events that exist, from the deployment's bus, and its topic takes them from EventBridge", () => {
  const app = new App();
  const props = { deployment: "acme", mailTo: "payments@example.com" };
  new MailEventsStack(app, "Mails", props);
  const mails: RawTemplate = app.synth().getStackByName("Mails").template;
  const rule = only("AWS::Events::Rule", mails).properties;
  const pattern = rule["EventPattern"] as { "detail-type": string[]; source: string[] };
  expect(pattern.source).toEqual(["token-vending"]);
  for (const kind of pattern["detail-type"]) expect(eventKinds).toContain(kind);
  expect(rule["EventBusName"]).toBe("acme");
  expect(only("AWS::SNS::Subscription", mails).properties).toMatchObject({
    ...{ Protocol: "email", Endpoint: "payments@example.com" },
  });
  expect(JSON.stringify(only("AWS::SNS::TopicPolicy", mails))).toContain("events.amazonaws.com");
});

describe("another table than the state stack's own", () => {
  const tableName = "token-vending-restored";
  const tableStreamArn = `arn:aws:dynamodb:eu-west-1:111122223333:table/${tableName}/stream/2026-11-21T10:00:00.000`;

  test("has its events published once its stream is given", () => {
    const { core } = synthesizedStacks(realms, { tableName, tableStreamArn });
    const { properties } = only("AWS::Lambda::EventSourceMapping", core);
    expect(properties["EventSourceArn"]).toBe(tableStreamArn);
    expect(JSON.stringify(core)).not.toContain("table-stream");
  });

  test("has none before, and no notices that nobody would hear of", () => {
    const { core } = synthesizedStacks(realms, { tableName });
    expect(resourcesIn(core, "AWS::Lambda::EventSourceMapping")).toEqual([]);
    expect(resourcesIn(core, "AWS::Scheduler::Schedule")).toEqual([]);
  });
});
