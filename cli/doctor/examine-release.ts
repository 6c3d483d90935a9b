import type { FunctionConfiguration, FunctionKind } from "../deployed-functions.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { fine, useDeployedRelease } from "./doctor-finding.ts";

/** A function that is deployed, as AWS describes it. */
export interface SeenFunction extends Pick<FunctionConfiguration, "environment" | "codeHash"> {
  readonly kind: FunctionKind;
  /** Null for one that serves all. */
  readonly realm: string | null;
  /** `vend-token of cfis/live` */
  readonly label: string;
}

const deployAll =
  "Deploy all stacks of one release: docs/deploying.md; if a deployment is under way, look again after it.";

/** Whether the functions are of one release, and of this command line's. What was deployed last counts, whatever an alias says. */
export function examineReleases(
  seen: readonly SeenFunction[],
  ownRelease: string,
): DoctorFinding[] {
  const about = "the release";
  if (seen.some(({ environment }) => Object.keys(environment).length === 0)) {
    const found = "not examined: your role is not shown the variables of all functions";
    const next = "Have your role granted kms:Decrypt on the key of the functions' variables.";
    return [{ severity: "warning", about, found, next }];
  }
  if (seen.length === 0) return [];
  const byRelease = Map.groupBy(seen, ({ environment }) => environment["RELEASE"] ?? unnamed);
  const [release = unnamed] = byRelease.keys();
  if (byRelease.size > 1) {
    const each = [...byRelease].map(([name, of]) => `${name} (${labelsOf(of)})`).join(", ");
    return [
      { severity: "warning", about, found: `several are deployed: ${each}`, next: deployAll },
    ];
  }
  if (release !== ownRelease) {
    const found = `${release} is deployed, and this command line is of ${ownRelease}`;
    return [{ severity: "warning", about, found, next: useDeployedRelease }];
  }
  const mixed = [...Map.groupBy(seen, ({ kind }) => kind).values()].find(
    (ofKind) => new Set(ofKind.map(({ codeHash }) => codeHash)).size > 1,
  );
  if (!mixed) return [fine(about, `${release} is deployed, as this command line is`)];
  const found = `not all have the same code of ${release}: ${differing(mixed)}`;
  return [{ severity: "warning", about, found, next: deployAll }];
}

/** Releases before 0.3 do not say which they are. */
const unnamed = "one before 0.3";

const labelsOf = (functions: readonly SeenFunction[]) =>
  functions.map(({ label }) => label).join(", ");

function differing(functions: readonly SeenFunction[]): string {
  return [...Map.groupBy(functions, ({ codeHash }) => codeHash).values()]
    .map(labelsOf)
    .join("; other than ");
}
