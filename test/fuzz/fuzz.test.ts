import fc from "fast-check";
import { expect, test } from "vitest";
import { border } from "./border.ts";
import { borders } from "./borders.ts";
import { FuzzReport, formatFailure } from "./fuzz-report.ts";
import type { FuzzOptions } from "./fuzz-seeds.ts";
import { fuzzSeeds } from "./fuzz-seeds.ts";
import { judge } from "./judge.ts";
import { plantedBorders } from "./planted-defects.ts";
import type { FailedSeed, TriedSeed } from "./try-seed.ts";
import { inputOf, trySeed } from "./try-seed.ts";

const addressOf = (file: string, name: string) => ({
  module: new URL(file, import.meta.url).href,
  name,
});

async function fuzzed(options: FuzzOptions): Promise<TriedSeed[]> {
  const all: TriedSeed[] = [];
  await fuzzSeeds(options, (tried) => all.push(tried));
  return all;
}

test("no input crashes a function, is answered `internal`, takes 100 ms of CPU, or learns a secret", async () => {
  const report = new FuzzReport();
  const failures: string[] = [];
  const options = { borders: addressOf("./borders.ts", "borders"), seed: 1, inputs: 2000 };
  await fuzzSeeds(options, (tried) => {
    const failure = report.add(tried);
    if (failure) failures.push(formatFailure(failure));
  });
  expect(failures).toEqual([]);
  expect(report.inputs).toBe(2000);
  for (const { name } of borders) expect(report.table()).toContain(name);
});

const expected: Readonly<Record<string, FailedSeed["verdict"]>> = {
  throws: "crash",
  "rejects unheard": "crash",
  "throws in a timer": "crash",
  "cannot be sent": "crash",
  "answers internal": "internal",
  "answers internal in a body": "internal",
  "logs a defect": "internal",
  "spends CPU": "hang",
  "answers a token": "leak",
  "answers a secret in Base64": "leak",
  "answers a token's key": "leak",
  "proves with a token's key": "leak",
  "logs a link": "leak",
  "never ends": "hang",
};

test("each planted defect is reported with its verdict and its smallest input", async () => {
  const planted = addressOf("./planted-defects.ts", "plantedBorders");
  const options = { borders: planted, seed: 14, inputs: 2 * plantedBorders.length };
  const tried = await fuzzed({ ...options, stuckAfterMs: 3000 });
  const failed = tried.flatMap((each) => each.failed ?? []);
  const found = Object.fromEntries(failed.map(({ border, verdict }) => [border, verdict]));
  expect(found).toEqual(expected);
  // What takes long is reported unshrunk, on a busy machine sooner.
  const isShrunk = ({ border }: { readonly border: string }) =>
    border !== "never ends" && border !== "spends CPU";
  for (const { input } of failed.filter(isShrunk)) expect(input).toMatch(/^"a*ba*"$/);
  // Inputs without a defect pass, and the thread that never ends costs no other seed.
  expect(tried).toHaveLength(options.inputs);
  expect(failed.length).toBeLessThan(tried.length);
});

test("an answer that never comes is a hang", async () => {
  const silent = border({
    ...{ name: "silent", inputs: fc.constant(1) },
    play: () => new Promise<void>(() => {}),
  });
  const why = "no answer within 20 ms";
  expect(await judge(silent, 1, 20)).toMatchObject({ finding: { verdict: "hang", why } });
});

test("a failure tells how it is replayed, and a seed is always the same input", async () => {
  const failure = {
    verdict: "leak",
    why: "code",
    seed: 4711,
    border: "secrets",
    input: "[1]",
  } as const;
  expect(formatFailure(failure)).toContain("npm run fuzz -- --inputs 1 --seed 4711");
  for (const seed of [1, 2, 3, 4711]) expect(inputOf(borders, seed)).toBe(inputOf(borders, seed));
  const [first] = plantedBorders;
  if (!first) return expect.fail("no border");
  for (let seed = 1; seed < 30; seed += 1) {
    const { failed } = await trySeed([first], seed);
    expect(failed !== null).toBe(inputOf([first], seed).includes("b"));
  }
});
