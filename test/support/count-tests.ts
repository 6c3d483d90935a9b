import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Prints the counts of a run in one line, and which tests passed only when they were played again; an error outside of tests
 * counts as one more failure.
 */
export const countTests: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state).length;
    const beside = errors.length + modules.filter((module) => module.errors().length > 0).length;
    const [passed, failed, skipped] = [inState("passed"), inState("failed"), inState("skipped")];
    for (const test of tests.filter((each) => each.diagnostic()?.flaky)) {
      process.stdout.write(
        `passed when played again: ${test.module.relativeModuleId} > ${test.fullName}\n`,
      );
    }
    process.stdout.write(`\n${passed} passed, ${failed + beside} failed, ${skipped} skipped\n`);
  },
};
