import { expect, it } from "vitest";
import { rejectionSchema } from "../../../../infra/constructs/rejection-body.ts";
import { compileJsonSchema } from "../../../../local/aws/api-gateway/json-schema.ts";

const { schema: _draft, ...rejection } = rejectionSchema;

it.each<[value: unknown, problems: number]>([
  [{ version: 1 }, 0],
  [{ version: 0 }, 1],
  [{ version: 1.5 }, 1],
  [{ version: "1" }, 1],
  [{ version: 1, reason: "401" }, 1],
  [{ version: 1, proofFor: "GET https://api.example/a?b", proofNonce: "n-1" }, 0],
  [{ version: 1, proofFor: "/a" }, 1],
  [{ version: 1, proofNonce: 5 }, 1],
  [{}, 1],
  [null, 1],
  [[], 1],
  ["version", 1],
])("%j has %i problems as the body of a rejection", (value, problems) => {
  expect(compileJsonSchema(rejection)(value)).toHaveLength(problems);
});

it.each([
  [{ type: "object", patternProperties: {} }, "#: the keyword patternProperties is not supported."],
  [{ properties: { a: { $ref: "#" } } }, "#/a: the keyword $ref is not supported."],
  [{ type: "date" }, "#: the type date is not supported."],
  [{ additionalProperties: {} }, "#: additionalProperties must be false."],
])("%j is refused", (schema, message) => {
  expect(() => compileJsonSchema(schema)).toThrow(message);
});
