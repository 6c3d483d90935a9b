import { expect, test } from "vitest";
import { oneOfEachKind } from "./example-realms.ts";
import { joinTemplates, resourcesIn, synthesizedStacks } from "./synthesized.ts";

const tableName = "token-vending-restored";
const tokenTableName = "token-vending";
const { state, core, ofRealms } = synthesizedStacks(oneOfEachKind, { tableName });
const service = joinTemplates([core, ...ofRealms.values()]);

test("a service with a restored table uses it in every function, and may use no other", () => {
  const functions = resourcesIn(service, "AWS::Lambda::Function");
  const named = functions.map(([, { Properties }]) => {
    const { Variables } = Object(Properties?.["Environment"]);
    return Variables?.TABLE_NAME;
  });
  expect(new Set(named)).toEqual(new Set([tableName]));
  const text = JSON.stringify(service);
  expect(text).toContain(`table/${tableName}/index/connections`);
  expect(text.replaceAll(tableName, "")).not.toContain(`table/${tokenTableName}`);
});

test("the state stack keeps its own table, so that none of its data is lost", () => {
  const names = resourcesIn(state, "AWS::DynamoDB::Table").map(
    ([, { Properties }]) => Properties?.["TableName"],
  );
  expect(names).toEqual([tokenTableName]);
});
