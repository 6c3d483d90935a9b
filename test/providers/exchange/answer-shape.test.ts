import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memberAt, standardMembers } from "../../../functions/providers/exchange/answer-shape.ts";

const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const names = fc.array(name, { minLength: 1, maxLength: 5 });
const json = fc.jsonValue({ depthSize: "medium" });

/** Whatever an answer may be, as it is read from a body. */
const parsed = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("a path", () => {
  test("leads to the member that is there", () => {
    fc.assert(
      fc.property(names, json, (path, value) => {
        const answer = path.reduceRight<unknown>((inner, each) => ({ [each]: inner }), value);
        const found = memberAt(parsed(answer), path.join("."));
        expect(found).toEqual(parsed(value));
      }),
    );
  });

  test.each<[path: string, answer: unknown, found: unknown]>([
    ["a.b", { a: { b: 1 } }, 1],
    ["a.b", { "a.b": 1, a: { b: 2 } }, 1],
    [".expires", { ".expires": "now" }, "now"],
    ["a.1.b", { a: [0, { b: 1 }] }, 1],
    ["a.2", { a: [0, 1] }, undefined],
    ["a.length", { a: [0, 1] }, undefined],
    ["a.-1", { a: [0, 1] }, undefined],
    ["a.10", { a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, "ten"] }, "ten"],
    ["a.0", { a: "text" }, undefined],
    ["a.length", { a: "text" }, undefined],
    ["a.b", { a: null }, undefined],
    ["a", { a: null }, null],
    ["a.b.c", { a: 1 }, undefined],
    ["a", null, undefined],
    ["0", ["a"], "a"],
    ["a.__proto__.b", { a: {} }, undefined],
  ])("%s of %j is %j", (path, answer, found) => {
    expect(memberAt(answer, path)).toEqual(found);
  });

  const inherited = [
    ...Object.getOwnPropertyNames(Object.prototype),
    ...Object.getOwnPropertyNames(Array.prototype),
    ...Object.getOwnPropertyNames(Function.prototype),
  ];

  test("never leads to what an answer did not say", () => {
    const path = fc.array(fc.oneof(name, fc.constantFrom(...inherited)), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(json, path, (value, steps) => {
        const answer = parsed(value);
        const found = memberAt(answer, steps.join("."));
        if (found === undefined) return;
        expect(JSON.stringify(answer)).toContain(JSON.stringify(found));
      }),
    );
    for (const each of inherited)
      for (const answer of [{}, [], { a: {} }, { a: [] }, { a: "text" }, "text", 1])
        for (const path of [each, `a.${each}`]) expect(memberAt(answer, path)).toBeUndefined();
  });

  test("leads to a member of any name that is there, were it the prototype's", () => {
    const answer = JSON.parse('{"__proto__":{"token":"t"},"constructor":"c"}');
    expect(memberAt(answer, "__proto__.token")).toBe("t");
    expect(memberAt(answer, "constructor")).toBe("c");
  });
});

describe("an answer in the terms of the standard", () => {
  const status = fc.integer({ min: 200, max: 599 });

  test("is what it was, where nothing is configured", () => {
    fc.assert(
      fc.property(fc.dictionary(name, json), status, (members, answered) => {
        expect(standardMembers({}, parsed(members), answered)).toMatchObject(parsed(members));
        expect(standardMembers({}, null, answered)).toBeNull();
      }),
    );
  });

  test("has the member that is configured, and no other in its place", () => {
    const shape = { accessToken: "data.token", refreshToken: "data.refresh" };
    const others = { access_token: "another", refresh_token: "another", data: { refresh: "r" } };
    const terms = { access_token: undefined, refresh_token: "r" };
    expect(standardMembers(shape, others, 200)).toMatchObject(terms);
  });

  test("has neither a refusal nor an end of consent that is not configured", () => {
    const error = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom("E1", "E2", 3, "temporarily_unavailable"),
      json,
    );
    const shape = {
      error: "fault.code",
      refusal: { codes: ["E1", "3"], statuses: [403] },
      consentEnd: { codes: ["E2"], statuses: [410] },
    };
    fc.assert(
      fc.property(error, status, (code, answered) => {
        const read = standardMembers(shape, parsed({ fault: { code } }), answered);
        const isRefusal = code === "E1" || String(code) === "3" || answered === 403;
        if (read?.["error"] === "invalid_client" && code !== "invalid_client")
          expect(isRefusal).toBe(true);
        if (read?.["error"] === "invalid_grant" && code !== "invalid_grant")
          expect(code === "E2" || answered === 410).toBe(true);
      }),
    );
  });
});
