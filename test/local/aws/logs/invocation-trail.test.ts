import { expect, test } from "vitest";
import { openTrail } from "../../../../local/aws/logs/invocation-trail.ts";
import type { DeployedResource } from "../../../../local/aws/template/template.ts";

const prefix = "arn:aws:lambda:ap-southeast-2:000000000000:function:token-vending-";
const properties = {
  IsLogging: true,
  CloudWatchLogsLogGroupArn:
    "arn:aws:logs:ap-southeast-2:000000000000:log-group:/token-vending/trail:*",
  AdvancedEventSelectors: [
    {
      FieldSelectors: [
        { Field: "eventCategory", Equals: ["Data"] },
        { Field: "resources.type", Equals: ["AWS::Lambda::Function"] },
        { Field: "resources.ARN", StartsWith: [prefix], NotEndsWith: ["-renew"] },
      ],
    },
  ],
};

/** What a trail with these properties records of invocations. */
function recorded(names: readonly string[], changes: object = {}) {
  const trail: DeployedResource = {
    logicalId: "Trail",
    ref: () => "trail",
    properties: { ...properties, ...changes },
  };
  const put: { group: string; event: Record<string, unknown>; delayMs: number | undefined }[] = [];
  const record = openTrail(
    { resourcesOf: () => [trail] },
    {
      createGroup: () => {},
      put: (group, _, message, delayMs) => put.push({ group, event: JSON.parse(message), delayMs }),
    },
  );
  const invoker = { arn: "arn:aws:iam::000000000000:user/jo" };
  for (const functionName of names) record({ functionName, requestId: "r-1", invoker });
  return put;
}

test("an invocation that a selector names is recorded as CloudTrail's data event, later", () => {
  const [one, ...others] = recorded(["token-vending-a-b", "token-vending-a-b-renew", "other"]);
  expect(others).toEqual([]);
  expect(one).toMatchObject({ group: "/token-vending/trail", delayMs: 1000 });
  expect(one?.event).toMatchObject({
    eventName: "Invoke",
    requestID: "r-1",
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::000000000000:user/jo" },
    requestParameters: { functionName: `${prefix}a-b` },
  });
});

test("a selector that is not implemented, and a trail without a log group, are refused", () => {
  const odd = [{ FieldSelectors: [{ Field: "eventName", Equals: ["Invoke"] }] }];
  expect(() => recorded(["x"], { AdvancedEventSelectors: odd })).toThrow("eventName");
  expect(() => recorded([], { CloudWatchLogsLogGroupArn: undefined })).toThrow("log group");
});
