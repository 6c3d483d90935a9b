import { expect, it } from "vitest";
import { hotPathOf } from "../../bench/cold-start/hot-path.ts";
import { goalOf } from "../../bench/goals.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

it("a store hit loads no more modules and bytes than the bench accepts", async () => {
  const { stack, realm } = await confermaWorld();
  await (await stack.start(realm)).vend();

  const newcomer = await stack.start(realm);
  expect(versionOrCode(await newcomer.vend())).toBe(1);
  const { modules, gzipBytes } = hotPathOf(await newcomer.modules());

  expect(modules).toBeGreaterThan(0);
  expect(modules).toBeLessThanOrEqual(goalOf("hot-modules").accepted);
  expect(gzipBytes).toBeGreaterThan(10_000);
  expect(gzipBytes / 1024).toBeLessThanOrEqual(goalOf("hot-bytes").accepted);
});
