import { expect, test } from "vitest";
import type { LoggedLine, LogReader } from "../../cli/log-reader.ts";
import { readCallers, trailLogOf } from "../../cli/who-sources.ts";
import { at } from "../support/a-record.ts";

const now = at("10:00:00.000");

/** A log with this many lines of the events that are asked for. */
function aLogOf(count: number) {
  const told = { lines: 0 };
  const logs: LogReader = {
    async *read(): AsyncGenerator<LoggedLine> {
      for (; told.lines < count; told.lines += 1) {
        yield { id: `${told.lines}`, at: now, message: "{}" };
      }
    },
    close: () => {},
  };
  return { told, logs };
}

test.each([
  [500_000, []],
  [500_001, [{ kind: "cut", what: "/aws/lambda/f", detail: "500000" }]],
  [600_000, [{ kind: "cut", what: "/aws/lambda/f", detail: "500000" }]],
])(
  "of %i records of callers at most half a million are read, and the others are a gap",
  async (count, gaps) => {
    const { told, logs } = aLogOf(count);
    expect(await readCallers(logs, "/aws/lambda/f", now, now)).toEqual({ records: [], gaps });
    expect(told.lines).toBeLessThanOrEqual(500_001);
  },
);

test.each([
  ["token-vending-conferma-production", "conferma/production", "/token-vending/trail"],
  ["team-a-conferma-test_1", "conferma/test_1", "/team-a/trail"],
  ["team-a-conferma-v1-2", "conferma/v1.2", "/team-a/trail"],
  ["stack-Vend", "conferma/production", "/token-vending/trail"],
  ["-conferma-production", "conferma/production", "/token-vending/trail"],
])("the trail of %s is looked for in its deployment's log group", (name, realm, group) => {
  expect(trailLogOf(name, realm)).toBe(group);
});
