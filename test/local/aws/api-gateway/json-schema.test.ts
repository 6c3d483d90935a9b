import { expect, it } from "vitest";
import { rejectionSchema } from "../../../../infra/constructs/rejection-body.ts";
import { jsonSchema } from "../../../../local/aws/api-gateway/json-schema.ts";

const { schema: _draft, ...rejection } = rejectionSchema;

it.each<[value: unknown, problems: number]>([
  [{ version: 1 }, 0],
  [{ version: 0 }, 1],
  [{ version: 1.5 }, 1],
  [{ version: "1" }, 1],
  [{ version: 1, reason: "401" }, 1],
  [{}, 1],
  [null, 1],
  [[], 1],
  ["version", 1],
])("%j has %i problems as the body of a rejection", (value, problems) => {
  expect(jsonSchema(rejection)(value)).toHaveLength(problems);
});

it.each([
  [{ type: "object", patternProperties: {} }, "#: the word patternProperties is not known here."],
  [{ properties: { a: { $ref: "#" } } }, "#/a: the word $ref is not known here."],
  [{ type: "date" }, "#: the type date is not known here."],
  [{ additionalProperties: {} }, "#: only no additional properties are known here."],
])("%j is refused", (schema, message) => {
  expect(() => jsonSchema(schema)).toThrow(message);
});
