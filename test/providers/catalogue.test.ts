import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { providerIds } from "../../functions/providers/catalogue.ts";

const read = (name: string) => {
  const file = path.join(import.meta.dirname, name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};

test.each(providerIds)("%s has a test of its name that calls describeProvider", (id) => {
  expect(read(`${id}.test.ts`)).toContain(`describeProvider("${id}", {`);
});

test.each(providerIds)("%s is declared in the file of its name", (id) => {
  expect(read(`../../functions/providers/${id}.ts`)).toContain(`settingsOf("${id}", {`);
});

test("no two providers have the same id", () => {
  expect(new Set(providerIds).size).toBe(providerIds.length);
});
