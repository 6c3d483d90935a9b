import { expect, test } from "vitest";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

const [conferma] = oneOfEachKind;
const withMemory = (renewalMemoryMb: unknown) =>
  [{ ...conferma, renewalMemoryMb }] as unknown as readonly RealmEntry[];

/** Memory of the functions of the realm's schedule. */
function memoryOf(list: readonly RealmEntry[]): unknown[] {
  return resourcesIn(synthesized(list), "AWS::Lambda::Function")
    .filter(([, { Properties }]) => String(Properties["Description"]).startsWith("Renews"))
    .map(([, { Properties }]) => Properties["MemorySize"]);
}

test("a realm's schedule has the memory that its entry states, and no function is told of it", () => {
  expect(memoryOf(withMemory(1769))).toEqual([1769]);
  expect(memoryOf(oneOfEachKind.slice(0, 1))).toEqual([256]);
  expect(readRealms(withMemory(512))).toMatchObject([{ settings: conferma, renewalMemoryMb: 512 }]);
});

test.each([255, 1770, 512.5, "512", null])("%j MB fail the synthesis, by name", (mb) => {
  expect(() => readRealms(withMemory(mb))).toThrow(/conferma\/sandbox: .*renewalMemoryMb: .*256/);
});
