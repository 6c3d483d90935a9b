import { defineConfig } from "vitest/config";
import { QuickFirst } from "./test/mutation/quick-first.ts";

/** The tests of the decisions that are fast enough to run once for each mutant (docs/mutation-testing.md). */
export default defineConfig({
  test: {
    include: ["test/{consents,http,providers,sealing,store,vending}/**/*.test.ts"],
    exclude: ["test/store/dynamodb-local.test.ts"],
    setupFiles: ["test/mutation/stop-early.ts"],
    // In this order: Stryker's own, which makes the change, and then what loads the changed modules.
    sequence: { sequencer: QuickFirst, setupFiles: "list" },
    isolate: false,
    testTimeout: 30_000,
  },
});
