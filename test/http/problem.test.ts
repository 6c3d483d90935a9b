import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { problemOf } from "../../functions/http/problem.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";

/** The contract's table, and whether the same request may succeed later. */
const table: Readonly<Record<ProblemCode, readonly [status: number, retryable: boolean]>> = {
  "invalid-request": [400, false],
  "unknown-connection": [404, false],
  "scope-conflict": [409, false],
  "validity-unavailable": [409, false],
  "consent-required": [409, false],
  frozen: [409, false],
  "credentials-rejected": [502, false],
  "secret-malformed": [502, false],
  "provider-malformed": [502, true],
  contested: [503, true],
  "provider-throttled": [503, true],
  "provider-unavailable": [503, true],
  "renewal-in-progress": [503, true],
  "store-unavailable": [503, true],
  "secret-unavailable": [503, true],
  internal: [500, false],
};

describe("a problem document", () => {
  test.each(problemCodes)("%s has its status, title, type and detail", (code) => {
    const [status, retryable] = table[code];
    const problem = problemOf(new VendingError(code, "What stands in the way."), null);
    expect(problem).toEqual({
      type: expect.stringMatching(new RegExp(`^https://[^ ]+/problems/${code}$`)),
      title: expect.stringMatching(/^[A-Z][a-z' ]+$/),
      status,
      code,
      detail: "What stands in the way.",
      retryable,
    });
  });

  test("has a title of its own for every code", () => {
    const titles = problemCodes.map((code) => problemOf(new VendingError(code, "-"), null).title);
    expect(new Set(titles).size).toBe(problemCodes.length);
  });

  test("names the connection where one is known", () => {
    const error = new VendingError("contested", "-");
    expect(problemOf(error, "conferma/production/default").connection).toBe(
      "conferma/production/default",
    );
    expect(problemOf(error, null)).not.toHaveProperty("connection");
  });

  test("names the time to wait where waiting helps", () => {
    const throttled = problemOf(new VendingError("provider-throttled", "-", 7), null);
    expect(throttled).toMatchObject({ retryable: true, retryAfterSeconds: 7 });
    expect(problemOf(new VendingError("contested", "-"), null)).not.toHaveProperty(
      "retryAfterSeconds",
    );
  });

  test("of a validity that the next token has is retryable, of one beyond every token is not", () => {
    const problem = (seconds: number | null) =>
      problemOf(new VendingError("validity-unavailable", "-", seconds), null);
    expect(problem(30)).toMatchObject({ retryable: true, retryAfterSeconds: 30 });
    expect(problem(null)).toMatchObject({ retryable: false });
  });
});

describe("a foreign error", () => {
  const cause = new Error("canary");

  test.each<[kind: string, error: unknown]>([
    ["an error", new Error("canary", { cause })],
    ["a type error", new TypeError("canary is not a function")],
    ["text", "canary"],
    ["an object", { message: "canary", code: "canary", status: 200 }],
    ["nothing", undefined],
    ["something like ours", Object.assign(new Error("canary"), { code: "contested" })],
  ])("is internal and shows nothing of itself: %s", (_, error) => {
    const problem = problemOf(error, "conferma/production/default");
    expect(problem).toMatchObject({ status: 500, code: "internal", retryable: false });
    expect(inspect(problem, { depth: 10 })).not.toContain("canary");
  });
});
