import { defineConfig } from "vitest/config";

/** The tests of vending that are fast enough to run once for each mutant (docs/mutation-testing.md). */
export default defineConfig({
  test: {
    include: ["test/vending/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
