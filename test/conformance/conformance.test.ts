import { readFileSync } from "node:fs";
import path from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { describe, expect, it } from "vitest";
import { unless } from "../support/unless.ts";
import { plantDefect } from "./broken-client.ts";
import { answerSchema, caseFileSchema, stepSchema } from "./case-schema.ts";
import { startClient } from "./client-process.ts";
import { playLanguage, testedLanguages } from "./languages.ts";
import { playCases } from "./play-case.ts";
import { readCases } from "./read-cases.ts";

const cases = readCases();

describe.each(testedLanguages)("the $name client", ({ command, folder, isHere }) => {
  it.skipIf(!isHere)(
    `conforms, and writes nothing to its standard error${unless(isHere, "its program")}`,
    async () => {
      const { verdicts, errors } = await playLanguage(command(folder));
      expect(
        verdicts.filter(({ faults, unsupported }) => faults.length > 0 || unsupported),
      ).toEqual([]);
      expect(verdicts).toHaveLength(cases.length);
      expect(errors).toBe("");
    },
  );
});

/** That it is caught is a slow test. That it can be planted is seen here, whenever the client is changed. */
describe.each(testedLanguages)("a $name client", ({ broken, folder }) => {
  it.each(broken)("that $defect can be made: the text occurs once", (planted) => {
    const text = readFileSync(path.join(folder, planted.file), "utf8");
    expect(plantDefect(text, planted)).not.toBe(text);
  });
});

describe("a program that", () => {
  const [first] = cases.slice(0, 1);
  async function verdictOn(script: string) {
    const program = startClient([process.execPath, "-e", script], 2000);
    const [verdict] = await playCases(first ? [first] : [], program);
    await program.stop();
    return verdict ?? expect.fail("no verdict");
  }

  it.each([
    ["ends at once", "process.exit(3)", /ended with status 3/],
    ["says nothing", "setInterval(() => {}, 1000)", /no reply to "create" in 2000 ms/],
    [
      "writes what is no reply",
      "process.stdin.on('data', () => console.log('canary'))",
      /^the program wrote a line that is not a reply$/,
    ],
  ])("%s fails", async (_, script, fault) => {
    const { faults } = await verdictOn(script);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  it("does not start fails", async () => {
    const program = startClient(["/no/such/program"], 2000);
    const [verdict] = await playCases(first ? [first] : [], program);
    expect(verdict?.faults[0]).toMatch(/does not start|ended with status/);
  });

  it("does not know a command has not played the case", async () => {
    const script = `require("node:readline").createInterface(process.stdin).on("line", (line) =>
      console.log(JSON.stringify({ id: JSON.parse(line).id, unsupported: true })))`;
    expect(await verdictOn(script)).toMatchObject({ unsupported: "create", faults: [] });
  });
});

describe("the cases", () => {
  it("have names of their own", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it("have a defect each, in every language, that they catch", () => {
    const names = cases.map(({ name }) => name).sort();
    for (const { broken } of testedLanguages) {
      const caught = new Set(broken.flatMap(({ caughtBy }) => caughtBy));
      expect([...caught].sort()).toEqual(names);
    }
  });

  it("are described by cases.schema.json", async () => {
    const definitions = { answer: answerSchema, step: stepSchema };
    const schema = toJsonSchema(caseFileSchema, { definitions });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("cases.schema.json");
  });
});
