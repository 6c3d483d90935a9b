import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";

const secret = new Sensitive("canary");

const nested = { headers: [{ authorization: secret }], map: new Map([["token", secret]]) };
const failing = new Error("It failed.", { cause: { request: { token: secret } } });
const twice = new AggregateError([failing], "Both failed.", { cause: failing });

describe("a sensitive value", () => {
  test.each<[how: string, printed: string]>([
    ["in a template", `${secret}`],
    ["joined to text", `a ${[secret].join()}`],
    ["as text", String(secret)],
    ["as JSON", JSON.stringify(secret)],
    ["as a member of JSON", JSON.stringify({ nested: [secret] })],
    ["inspected", inspect(secret)],
    ["inspected with all that is hidden", inspect(secret, { showHidden: true, depth: 10 })],
    ["formatted as text", format("%s", secret)],
    ["formatted as an object", format("%o %O %j", secret, secret, secret)],
    ["inside other objects", inspect(nested, { depth: 10, showHidden: true })],
    ["in an error's cause", inspect(failing, { depth: 10, showHidden: true })],
    ["in an error of errors", inspect(twice, { depth: 10, showHidden: true })],
  ])("prints as [sensitive]: %s", (_, printed) => {
    expect(printed).toContain("[sensitive]");
    expect(printed).not.toContain("canary");
  });

  test.each<[how: string, shown: unknown]>([
    ["by its own keys", Reflect.ownKeys(secret)],
    ["by copying", { ...secret }],
    ["by cloning", structuredClone({ secret })],
    ["inspected without its own say", inspect(secret, { customInspect: false, showHidden: true })],
    ["by comparing", inspect(Object.getOwnPropertyDescriptors(secret))],
  ])("shows nothing %s", (_, shown) => {
    expect(inspect(shown, { depth: 10, showHidden: true })).not.toContain("canary");
    expect(JSON.stringify(shown) ?? "").not.toContain("canary");
  });

  test("is returned by expose", () => {
    expect(secret.expose()).toBe("canary");
  });

  test("may be bytes", () => {
    const key = new Sensitive(new Uint8Array([1, 2, 3]));
    expect(inspect({ key })).toBe("{ key: [sensitive] }");
    expect(key.expose()).toEqual(new Uint8Array([1, 2, 3]));
  });
});
