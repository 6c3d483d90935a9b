import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { parseJson } from "../../functions/platform/parse-json.ts";
import { at } from "../support/a-record.ts";

describe("the log", () => {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => at("10:00:00.000"),
  );

  test("is one line of JSON an event, with its level and time", () => {
    log.info("token-issued", { version: 3, at: at("09:00:00.000") });
    expect(lines.splice(0)).toEqual([
      '{"level":"info","time":"2026-11-20T10:00:00.000Z","event":"token-issued","version":3,"at":"2026-11-20T09:00:00.000Z"}\n',
    ]);
  });

  test("has no line break inside an event", () => {
    log.warn("issue-failed", { detail: "a\nb\u2028c" });
    log.error("defect", { detail: "\r\n" });
    expect(lines.splice(0).map((line) => line.trimEnd().split(/[\r\n]/).length)).toEqual([1, 1]);
  });

  test("prints no sensitive value, however deep", () => {
    log.error("defect", {
      token: new Sensitive("canary"),
      nested: [{ token: new Sensitive("canary") }],
    });
    const [line = ""] = lines.splice(0);
    expect(line).not.toContain("canary");
    expect(line).toContain('"token":"[sensitive]"');
  });
});

describe("JSON", () => {
  test("is parsed", () => {
    expect(parseJson('{"a":[1,null]}')).toEqual({ a: [1, null] });
    expect(parseJson("null")).toBeNull();
  });

  test.each(["", "{", "canary", "{'a':1}", "NaN"])(
    "is not %j, and nothing is said about it",
    (text) => {
      expect(parseJson(text)).toBeUndefined();
    },
  );
});
