import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Starts the slowest files first, so that no worker runs one alone at the end. */
export const longest: readonly string[] = [
  "test/browser/consent.test.ts",
  "test/integration/scheduled-renewal.test.ts",
  "test/browser/mishaps.test.ts",
  "test/integration/consent-life.test.ts",
  "test/integration/lost-holder.test.ts",
  "test/local/demo.test.ts",
  "test/integration/rollover.test.ts",
  "test/infra/synth.test.ts",
  "test/integration/outages.test.ts",
  "test/integration/npm-start.test.ts",
  "test/integration/store-unreachable.test.ts",
  "test/browser/attacks.test.ts",
  "test/integration/request-counts.test.ts",
  "test/integration/chaos.test.ts",
  "test/integration/kms.test.ts",
  "test/integration/every-await.test.ts",
  "test/browser/whole-system.test.ts",
  "test/simulation/simulation.test.ts",
  "test/integration/secret-rotation.test.ts",
  "test/store/dynamodb-local.test.ts",
  "test/infra/realm-walls.test.ts",
];

const projects: readonly string[] = ["integration", "slow", "infra", "repository", "unit"];

/** Project by project, because a worker is reused only for files of its own project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((file) => moduleId.endsWith(file));
      return at === -1 ? longest.length : at;
    };
    return sorted.sort(
      (a, b) =>
        projects.indexOf(a.project.name) - projects.indexOf(b.project.name) || rank(a) - rank(b),
    );
  }
}
