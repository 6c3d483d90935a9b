import { describe, expect, test } from "vitest";
import { refusalReporter } from "../../functions/http/report-refusal.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { noAnswerFrom, problemCodes, VendingError } from "../../functions/model/errors.ts";
import { faultOf } from "../../functions/model/faults.ts";
import type { Measure, MeasuredPart } from "../../functions/model/metrics.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const connection = "conferma/production/default";
const errorNamed = (name: string) => Object.assign(new Error("quotes a canary"), { name });

/** One process, to which problems happen. */
function aProcess() {
  const clock = new FixedClock(at("10:00:00.000"));
  const lines: string[] = [];
  const measured: [Measure, number, MeasuredPart | undefined][] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => clock.now(),
  );
  const metrics = {
    record: (measure: Measure, value: number, part?: MeasuredPart) =>
      void measured.push([measure, value, part]),
  };
  const report = refusalReporter({ clock, log, metrics });
  return {
    clock,
    measured,
    refuse: (error: unknown, name: string | null = connection) => report(error, name),
    logged: () => lines.map((line) => JSON.parse(line)),
  };
}

const refused = (code: ProblemCode, detail = "Some detail.") => new VendingError(code, detail);

describe("every problem that is answered", () => {
  test.each(problemCodes)("%s is counted by its code", (code) => {
    const { measured, refuse } = aProcess();
    refuse(refused(code));
    refuse(refused(code));
    expect(measured.filter(([measure]) => measure === "Refusals")).toEqual([
      ["Refusals", 1, code],
      ["Refusals", 1, code],
    ]);
  });

  test.each(problemCodes)(
    "%s reduces availability only where it is our fault or the provider's",
    (code) => {
      const { measured, refuse } = aProcess();
      refuse(refused(code));
      const fault = faultOf(code);
      const isOurs = fault === "ours" || fault === "provider";
      expect(measured.filter(([measure]) => measure === "Unserved")).toEqual(
        isOurs ? [["Unserved", 1, fault]] : [],
      );
    },
  );

  test("is nobody's failure if a caller has made it, a person has to consent, an operator has stopped it, or nothing lives so long", () => {
    const apart = problemCodes.filter((code) => !["ours", "provider"].includes(faultOf(code)));
    expect(apart).toEqual([
      "invalid-request",
      "unknown-connection",
      "validity-unavailable",
      "consent-required",
      "frozen",
    ]);
  });
});

describe("the log has", () => {
  test.each([
    ["dynamodb", "store-unavailable", "ResourceNotFoundException"],
    ["kms", "store-unavailable", "DisabledException"],
    ["secrets-manager", "secret-unavailable", "AccessDeniedException"],
    ["kms", "store-unavailable", "TimeoutError"],
  ] as const)("which service caused a problem, and how: %s, %s (%s)", (dependency, code, error) => {
    const { refuse, logged } = aProcess();
    refuse(refused(code, noAnswerFrom(dependency, errorNamed(error))));
    expect(logged()).toMatchObject([
      { level: "warn", event: "refused", connection, code, fault: "ours" },
    ]);
    expect(logged()[0].cause).toEqual({ dependency, error });
    expect(JSON.stringify(logged())).not.toContain("canary");
  });

  test("Node's code where there was no answer at all", () => {
    const { refuse, logged } = aProcess();
    const lost = Object.assign(new Error("connect to a canary"), { code: "ECONNREFUSED" });
    refuse(refused("store-unavailable", noAnswerFrom("dynamodb", lost)));
    expect(logged()[0].cause).toEqual({ dependency: "dynamodb", error: "refused" });
  });

  test("the provider as the cause of its failures, and none where nothing has failed", () => {
    const { refuse, logged } = aProcess();
    refuse(refused("provider-unavailable", "The provider answered 503."));
    refuse(refused("consent-required"));
    const [first, second] = logged();
    expect(first).toMatchObject({ fault: "provider", cause: { dependency: "provider" } });
    expect(second).toMatchObject({ fault: "person", cause: null });
  });

  test("a defect's kind, never its message", () => {
    const { refuse, logged } = aProcess();
    refuse(new TypeError("canary-token is not iterable"));
    refuse("canary-token", "conferma/production/jo");
    expect(logged().map(({ cause }) => cause)).toEqual([
      { error: "TypeError" },
      { error: "string" },
    ]);
    expect(JSON.stringify(logged())).not.toContain("canary");
  });
});

describe("a problem is logged", () => {
  test("once a minute for each code and connection, with how often it was repeated", () => {
    const { clock, measured, refuse, logged } = aProcess();
    const problem = refused("store-unavailable");
    for (let n = 0; n < 100; n += 1) refuse(problem);
    refuse(problem, "conferma/production/jo");
    refuse(refused("internal"));
    clock.advance(59_999);
    refuse(problem);
    expect(logged().map(({ code, connection: name }) => [code, name])).toEqual([
      ["store-unavailable", connection],
      ["store-unavailable", "conferma/production/jo"],
      ["internal", connection],
    ]);
    clock.advance(1);
    refuse(problem);
    expect(logged().at(-1)).toMatchObject({ connection, repeated: 100 });
    expect(measured.filter(([measure]) => measure === "Refusals")).toHaveLength(104);
  });

  test("from a bounded memory: callers may name any number of accounts", () => {
    const { refuse, logged } = aProcess();
    const problem = refused("unknown-connection");
    for (let n = 0; n < 1001; n += 1) refuse(problem, `conferma/production/a${n}`);
    refuse(problem, "conferma/production/a1000");
    expect(logged()).toHaveLength(1001);
    refuse(problem, "conferma/production/a0");
    expect(logged()).toHaveLength(1002);
  });
});
