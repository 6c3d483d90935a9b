import { expect, test } from "vitest";
import { simulateAccess } from "../access/simulate-access.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { deployed, synthesized } from "./synthesized.ts";

const stack = deployed(synthesized(oneOfEachKind));
const policies = stack
  .resourcesOf("AWS::IAM::Policy")
  .filter(({ logicalId }) => logicalId.startsWith("ApiLogging"))
  .map(({ logicalId, properties }) => ({ name: logicalId, policy: properties["PolicyDocument"] }));

const logs = "arn:aws:logs:eu-west-1:111122223333:log-group:";
const decision = (action: string, resource: string) =>
  simulateAccess({
    principal: "arn:aws:iam::111122223333:role/api-logging",
    policies,
    action,
    resource,
    context: {},
  });

test.each([
  ["logs:CreateLogGroup", "/aws/apigateway/welcome"],
  ["logs:CreateLogStream", "/aws/apigateway/welcome:log-stream:a"],
  ["logs:PutLogEvents", "/aws/apigateway/welcome:log-stream:a"],
  ["logs:CreateLogGroup", "API-Gateway-Execution-Logs_abc/live"],
  ["logs:PutLogEvents", "TokenVending-AccessLog:log-stream:a"],
])("API Gateway may log: %s %s", async (action, group) => {
  expect(await decision(action, `${logs}${group}`)).toBe("allowed");
});

test.each([
  ["logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:a:log-stream:b"],
  ["logs:PutLogEvents", "arn:aws:logs:eu-west-1:444455556666:log-group:a:log-stream:b"],
  ["logs:GetLogEvents", `${logs}/aws/lambda/token-vending:log-stream:b`],
  ["logs:FilterLogEvents", `${logs}TokenVending-AccessLog`],
  ["logs:CreateLogGroup", `${logs}/aws/lambda/other`],
  ["logs:DeleteLogGroup", `${logs}/aws/apigateway/welcome`],
])("API Gateway may do no more: %s %s", async (action, resource) => {
  expect(policies).toHaveLength(1);
  expect(await decision(action, resource)).toBe("denied");
});
