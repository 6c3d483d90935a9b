import { expect, test } from "vitest";
import { LruCache } from "../../functions/platform/lru-cache.ts";

type Calls = readonly (readonly ["get" | "set", key: string])[];

/** What a cache of two values holds after these calls, each of which gets or sets a key. */
function heldAfter(calls: Calls): string[] {
  const cache = new LruCache<string>(2);
  for (const [call, key] of calls) call === "get" ? cache.get(key) : cache.set(key, key);
  return ["a", "b", "c"].filter((key) => cache.get(key) === key);
}

test.each<[what: string, calls: Calls, held: string[]]>([
  [
    "the one set first",
    [
      ["set", "a"],
      ["set", "b"],
      ["set", "c"],
    ],
    ["b", "c"],
  ],
  [
    "not one that was used since",
    [
      ["set", "a"],
      ["set", "b"],
      ["get", "a"],
      ["set", "c"],
    ],
    ["a", "c"],
  ],
  [
    "the one used longest ago, however often another was used",
    [
      ["set", "a"],
      ["set", "b"],
      ["get", "b"],
      ["get", "b"],
      ["get", "a"],
      ["get", "a"],
      ["set", "c"],
    ],
    ["a", "c"],
  ],
  [
    "not one that was set again",
    [
      ["set", "a"],
      ["set", "b"],
      ["set", "a"],
      ["set", "c"],
    ],
    ["a", "c"],
  ],
])("a full cache evicts %s", (_, calls, held) => {
  expect(heldAfter(calls)).toEqual(held);
});

test("a value is deleted only if no other has replaced it, and may be set again", () => {
  const cache = new LruCache<number>(2);
  cache.set("a", 1);
  cache.deleteIfSame("a", 2);
  expect(cache.get("a")).toBe(1);
  cache.deleteIfSame("a", 1);
  expect(cache.get("a")).toBeUndefined();
  cache.set("b", 2);
  cache.set("a", 3);
  cache.set("c", 4);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([3, undefined, 4]);
});
