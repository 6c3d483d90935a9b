import { defineConfig } from "vitest/config";
import { areas } from "./test/mutation/areas.ts";
import { QuickFirst } from "./test/mutation/quick-first.ts";

const area = areas.find(({ folder }) => folder === process.env["MUTATED_FOLDER"]);

/** The tests of the decisions that are fast enough to run once for each mutant (docs/mutation-testing.md). */
export default defineConfig({
  test: {
    include: area?.tests.map((glob) => `test/${glob}.test.ts`) ?? [],
    setupFiles: ["test/mutation/stop-early.ts"],
    // In this order: Stryker's own, which makes the change, and then what loads the changed modules.
    sequence: { sequencer: QuickFirst, setupFiles: "list" },
    isolate: false,
    testTimeout: 30_000,
  },
});
