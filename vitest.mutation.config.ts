import { defineConfig } from "vitest/config";

/** The tests of the decisions that are fast enough to run once for each mutant (docs/mutation-testing.md). */
export default defineConfig({
  test: {
    include: ["test/{consents,http,providers,sealing,store,vending}/**/*.test.ts"],
    exclude: ["test/store/dynamodb-local.test.ts"],
    setupFiles: ["test/mutation/no-shrinking.ts"],
    isolate: false,
    testTimeout: 30_000,
  },
});
