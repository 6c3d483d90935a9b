import { expect, it } from "vitest";
import { hotPathOf } from "../../bench/cold-start/hot-path.ts";
import { goalOf } from "../../bench/goals.ts";
import type { TestStack } from "../support/stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

it.each([
  ["a local key", () => ({})],
  ["a key in KMS", ({ kmsKey }) => kmsKey],
] satisfies [string, (stack: TestStack) => Record<string, string>][])(
  "a store hit with %s loads no more modules and bytes than the bench accepts",
  async (_, keyOf) => {
    const { stack, realm } = await confermaWorld();
    const variables = keyOf(stack);
    await (await stack.start(realm, variables)).vend();

    const newcomer = await stack.start(realm, variables);
    expect(versionOrCode(await newcomer.vend())).toBe(1);
    const { modules, gzipBytes } = hotPathOf(await newcomer.modules());

    expect(modules).toBeGreaterThan(0);
    expect(modules).toBeLessThanOrEqual(goalOf("hot-modules").accepted);
    expect(gzipBytes).toBeGreaterThan(10_000);
    expect(gzipBytes / 1024).toBeLessThanOrEqual(goalOf("hot-bytes").accepted);
  },
);
