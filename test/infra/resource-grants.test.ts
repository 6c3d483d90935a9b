import { expect, test } from "vitest";
import { accessChecksOf } from "./access-checks.ts";
import { oneOfEachKind } from "./example-realms.ts";
import type { Change } from "./mutating.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind.slice(0, 1));

const letsAnybody = (...actions: string[]) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: actions, Resource: "*" }],
});

test("no resource grants access by a policy of its own", () => {
  expect(accessChecksOf(template).length).toBeGreaterThan(100);
});

/** These grants need no policy of a role, so the decisions for every role would stay the same. */
test.each<[string, Change]>([
  [
    "the table lets anybody read",
    onTable({
      ResourcePolicy: { PolicyDocument: letsAnybody("dynamodb:GetItem", "dynamodb:Scan") },
    }),
  ],
  [
    "the table's stream lets anybody read",
    onTable({
      StreamSpecification: {
        StreamViewType: "NEW_IMAGE",
        ResourcePolicy: { PolicyDocument: letsAnybody("dynamodb:GetRecords") },
      },
    }),
  ],
  [
    "the dead-letter queue lets anybody read",
    (changed) => {
      const [[, policy] = []] = resourcesIn(changed, "AWS::SQS::QueuePolicy");
      const { Statement } = Object(policy?.Properties["PolicyDocument"]);
      Statement.push(...letsAnybody("sqs:ReceiveMessage").Statement);
    },
  ],
  [
    "a log lets anybody read",
    (changed) => {
      changed.Resources["Planted"] = {
        Type: "AWS::Logs::ResourcePolicy",
        Properties: { PolicyName: "planted", PolicyDocument: "{}" },
      };
    },
  ],
])("it is refused that %s", (_, change) => {
  const changed = structuredClone(template);
  change(changed);
  expect(() => accessChecksOf(changed)).toThrow(/not read here/);
});

function onTable(properties: Record<string, unknown>): Change {
  return (changed) => {
    const [[, table] = []] = resourcesIn(changed, "AWS::DynamoDB::Table");
    Object.assign(table?.Properties ?? {}, properties);
  };
}
