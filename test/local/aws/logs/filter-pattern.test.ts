import { expect, test } from "vitest";
import { parseFilterPattern } from "../../../../local/aws/logs/filter-pattern.ts";

const event = { event: "vended", version: 12, who: { arn: "arn:aws:iam::1:user/jo" } };
const message = `${JSON.stringify(event)}\n`;

test.each([
  ["", true],
  ['{ $.event = "vended" }', true],
  ['{$.event="rejected"}', false],
  ['{ $.event != "rejected" }', true],
  ['{ $.other != "rejected" }', false],
  ["{ $.version = 12 }", true],
  ['{ $.version = "12" }', false],
  ['{ $.who.arn = "*user/*" }', true],
  ['{ $.who.arn = "*.user/*" }', false],
  ['{ $.event = "vended" && $.version = 13 }', false],
  ['{ $.event = "no" && $.version = 12 || $.event = "vended" }', true],
  ['{ $.event = "no" && ($.version = 12 || $.event = "vended") }', false],
  ['{ $.event = "ven\\"ded" }', false],
])("%s: %s", (pattern, expected) => {
  expect(parseFilterPattern(pattern)(message)).toBe(expected);
});

test("a line that is not JSON matches no pattern for JSON", () => {
  expect(parseFilterPattern('{ $.event != "x" }')("START RequestId: vended")).toBe(false);
});

test.each([
  "vended",
  "{ $.event }",
  "{ $.event = vended }",
  '{ event = "vended" }',
  '{ $.event = "vended" } x',
  '{ ($.event = "vended" }',
  '{ $.event = "vended" $.version = 1 }',
  '{ $.event > "vended" }',
])("what is not implemented is refused: %s", (pattern) => {
  expect(() => parseFilterPattern(pattern)).toThrow("Invalid filter pattern");
});
