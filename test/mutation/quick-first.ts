import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files whose single test takes long: properties, histories, tables of every situation, servers. */
const slow = /properties|histories|decision-table|dynalite|kms-sealer|rejection-storms/;

/** Runs slow files last, because most mutants die in the quick ones. */
export class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId);
    return files.toSorted((one, other) => Number(isSlow(one)) - Number(isSlow(other)));
  }
}
