import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { ProviderId } from "../functions/providers/catalogue.ts";
import { declarationOf, providerIds, requiredMembersOf } from "../functions/providers/catalogue.ts";
import { tableUnder } from "./support/markdown-table.ts";

const folder = path.join(import.meta.dirname, "../docs/providers");
const read = (page: string) => readFileSync(path.join(folder, page), "utf8");

const settingsOf = (id: ProviderId) => Object.entries(declarationOf(id).settings.entries);

/** The settings that all providers have in common, `provider` and `environment` among them. */
const common = settingsOf(providerIds[0] ?? expect.fail("no provider"))
  .map(([name]) => name)
  .filter((name) => providerIds.every((id) => name in declarationOf(id).settings.entries))
  .filter((name) => name !== "apiBaseUrl");

describe.each(providerIds)("docs/providers/%s.md", (id) => {
  test("has a row for each setting, with its default", () => {
    const own = settingsOf(id).filter(([name]) => !common.includes(name));
    const table = tableUnder(read(`${id}.md`), "## Settings", "setting");
    const rows = new Map(table.map(([name, cell = ""]) => [name, cell]));
    expect([...rows.keys()].toSorted()).toEqual(own.map(([name]) => code(name)).toSorted());
    for (const [name, schema] of own)
      expect(isDefault(rows.get(code(name)) ?? "", schema), name).toBe(true);
  });

  test("has a row for each member of the secret, as it is declared", () => {
    const { secret } = declarationOf(id);
    const required = requiredMembersOf(id);
    const declared = Object.entries(secret).map(([name, { meaning }]) => [
      code(name),
      required.includes(name) ? "required" : "optional",
      meaning,
    ]);
    expect(tableUnder(read(`${id}.md`), "## Secret", "member")).toEqual(declared);
  });
});

describe("docs/providers/README.md", () => {
  test("has a row for each provider", () => {
    const rows = tableUnder(read("README.md"), "# Providers", "");
    expect(rows.map(([name]) => name)).toEqual(providerIds.map((id) => `[${id}](${id}.md)`));
  });

  test("has a row for each setting of every provider, with its default", () => {
    const rows = tableUnder(read("README.md"), "## Settings of every provider", "setting");
    expect(rows.map(([name]) => name)).toEqual(common.map(code));
    const { entries } = declarationOf("conferma").settings;
    for (const [name = "", cell] of rows) {
      expect(isDefault(cell ?? "", entries[name.replaceAll("`", "")]), name).toBe(true);
    }
  });
});

/** Whether a cell shows the default of a setting, which without a fixed one may depend on another setting. */
function isDefault(cell: string, schema: v.GenericSchema | undefined): boolean {
  if (schema?.type !== "optional") return cell === "required";
  const value: unknown = v.getDefault(schema);
  if (value === undefined) return /^none$|\bwith `/.test(cell);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const isPlain = typeof value === "number" || typeof value === "boolean";
  return cell.replaceAll(" ", "") === (isPlain ? text : code(text));
}

function code(text: string): string {
  return `\`${text}\``;
}
