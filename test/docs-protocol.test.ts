import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { askedTransitions, codeTransitions, linkTransitions } from "./support/link-model.ts";
import { claimTransitions, recordTransitions } from "./support/protocol-model.ts";
import { ledgerRules } from "./support/prove-ledger.ts";

const root = path.join(import.meta.dirname, "..");
const read = (page: string) => readFileSync(path.join(root, page), "utf8");
const protocol = read("docs/protocol.md");
const operations = read("docs/operations.md");

const rows = protocol
  .split("\n")
  .filter((line) => /^\| P\d+ /.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
/** As the list above the table has them. */
const promises = [...protocol.matchAll(/^- \*\*(P\d+), /gm)].map(([, promise = ""]) => promise);
const filesIn = (text: string) =>
  [...text.matchAll(/`((?:[\w-]+\/)+[\w.-]+\.ts)`/g)].map(([, file = ""]) => file);

describe("each promise", () => {
  test("has its row, in order", () => {
    expect(rows.map(([promise = ""]) => promise.split(" ")[0])).toEqual(promises);
    const numbers = promises.map((promise) => Number(promise.slice(1)));
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    expect(numbers.length).toBeGreaterThanOrEqual(14);
  });

  test.each(rows)(
    "%s: is kept by files, asked by tests, and ends somewhere",
    (_, mechanism = "", tests = "", limits = "") => {
      const asked = filesIn(tests);
      expect(filesIn(mechanism).length).toBeGreaterThan(0);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((file) => !file.endsWith(".test.ts"))).toEqual([]);
      expect(limits.length).toBeGreaterThan(20);
    },
  );
});

test("every file that the protocol names exists", () => {
  const named = filesIn(protocol);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

describe("the diagram of states", () => {
  const [, diagram = ""] = /^```mermaid\nstateDiagram-v2\n(.*?)^```$/ms.exec(protocol) ?? [];
  const arrows = diagram
    .split("\n")
    .filter(Boolean)
    .map((line) => /^ {2}(\[\*\]|\w+) --> (\[\*\]|\w+)(?:: ([^:;{}"]+))?$/.exec(line) ?? line);

  test("is made of plain transitions, which every renderer understands", () => {
    expect(arrows.length).toBeGreaterThan(5);
    expect(arrows.filter((arrow) => typeof arrow === "string")).toEqual([]);
  });

  test("has no state that cannot be reached or left, and each is explained below it", () => {
    const plain = arrows.filter((arrow) => typeof arrow !== "string");
    const from = new Set(plain.map(([, state]) => state));
    const to = new Set(plain.map(([, , state]) => state));
    expect([...from].sort()).toEqual([...to].sort());
    const states = [...to].filter((state) => state !== "[*]");
    expect(states.filter((state) => !protocol.includes(`**${state}**`))).toEqual([]);
  });
});

describe("the table of transitions", () => {
  const modelled = Object.entries({
    ...recordTransitions,
    ...claimTransitions,
    ...linkTransitions,
    ...codeTransitions,
    ...askedTransitions,
  });

  test("is the model against which every history is replayed", () => {
    const told = modelled.map(([name, { from, to, rules }]) => {
      const cells = [name, states(from), states(to), Object.keys(rules).join("; ")];
      return `| ${cells.join(" | ")} |`;
    });
    const [, section = ""] = /^## Every transition\n(.*?)^## /ms.exec(protocol) ?? [];
    const table = section.split("\n").filter((line) => line.startsWith("| "));
    expect(table.slice(2).map(unpadded)).toEqual(told);
  });

  test("has the arrows of the diagram, except a lease's end and for evidence, which comes at any time", () => {
    const arrows = [...protocol.matchAll(/^ {2}([A-Z]\w+) --> ([A-Z]\w+): /gm)];
    const isOf = (states: readonly string[], state = "") =>
      states.length < 6 && states.includes(state);
    const others = arrows.filter(
      ([, from, to]) =>
        !Object.values(recordTransitions).some(
          (known) => isOf(known.from, from) && isOf(known.to, to),
        ),
    );
    expect(arrows.length).toBeGreaterThan(10);
    expect(others.map(([, from, to]) => [from, to])).toEqual([
      ["Leased", "Abandoned"],
      ["Held", "Doubted"],
    ]);
  });

  function states(names: readonly string[]): string {
    return names.length === 6 ? "any" : names.join(", ");
  }

  function unpadded(line: string): string {
    return line.replaceAll(/ +/g, " ");
  }
});

describe("the proof that nothing was issued twice", () => {
  const [, section = ""] =
    /^## Proving that nothing was issued twice\n(.*?)^## /ms.exec(operations) ?? [];

  test("has the rules of the code, in its words", () => {
    const said = [...section.replaceAll("\n   ", " ").matchAll(/^\d\. (.+)$/gm)].map(
      ([, rule = ""]) => rule,
    );
    const rules = Object.keys(ledgerRules);
    expect(said).toHaveLength(rules.length);
    expect(rules.filter((rule, at) => !said[at]?.startsWith(rule))).toEqual([]);
  });

  test("asks the log only for events and fields that it has", () => {
    const queries = [...section.matchAll(/^```text insights\n(.*?)^```$/gms)].map(
      ([, text = ""]) => text,
    );
    expect(queries).toHaveLength(3);
    const events = ["token-issued", "issue-failed", "late-issue"];
    const issued = operations.split("\n").find((line) => line.startsWith("| `token-issued`")) ?? "";
    const fields = [...issued.matchAll(/`([\w-]+)`/g)].map(([, field]) => field);
    const words =
      "fields filter stats sort count_distinct as by desc in event tokens @timestamp".split(" ");
    const known = new Set([...words, ...events, ...fields]);
    const used = queries.flatMap((query) => query.match(/[@\w-]+/g) ?? []);
    expect(used.filter((word) => !known.has(word))).toEqual([]);
  });
});
