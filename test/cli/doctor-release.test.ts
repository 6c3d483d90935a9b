import { expect, test } from "vitest";
import type { SeenFunction } from "../../cli/doctor/examine-release.ts";
import { examineReleases } from "../../cli/doctor/examine-release.ts";

const own = "1.2.0";

/** A function of a realm, of this command line's release unless something else is said. */
function seen(
  realm: string,
  { kind = "vend-token", release = own as string | null, codeHash = "a" } = {},
): SeenFunction {
  const environment = { TABLE_NAME: "t", ...(release === null ? {} : { RELEASE: release }) };
  return {
    kind: kind as SeenFunction["kind"],
    realm,
    label: `${kind} of ${realm}`,
    environment,
    codeHash,
  };
}

test("functions of one release, which is this command line's, are fine", () => {
  const renewing = { kind: "renew-tokens", codeHash: "b" };
  expect(
    examineReleases([seen("cfis/live"), seen("cfis/test"), seen("cfis/live", renewing)], own),
  ).toEqual([
    {
      ...{ severity: "fine", about: "the release", next: null },
      found: "1.2.0 is deployed, as this command line is",
    },
  ]);
});

test.each([
  ["1.3.0", "1.3.0 is deployed, and this command line is of 1.2.0"],
  [null, "one before 0.3 is deployed, and this command line is of 1.2.0"],
])("functions that are all of %s are not this command line's", (release, found) => {
  expect(examineReleases([seen("cfis/live", { release })], own)).toEqual([
    {
      ...{ severity: "warning", about: "the release", found },
      next: "Use the command line of the release that is deployed.",
    },
  ]);
});

test("functions of several releases are named by release", () => {
  const functions = [seen("cfis/live"), seen("cfis/test", { release: null }), seen("cfis/a")];
  expect(examineReleases(functions, own)).toMatchObject([
    {
      severity: "warning",
      found:
        "several are deployed: 1.2.0 (vend-token of cfis/live, vend-token of cfis/a), one before 0.3 (vend-token of cfis/test)",
      next: expect.stringContaining("Deploy all stacks of one release"),
    },
  ]);
});

test("functions of one kind with different code are not of one build", () => {
  const functions = [seen("cfis/live"), seen("cfis/test", { codeHash: "b" })];
  expect(examineReleases(functions, own)).toMatchObject([
    {
      severity: "warning",
      found:
        "not all have the same code of 1.2.0: vend-token of cfis/live; other than vend-token of cfis/test",
      next: expect.stringContaining("Deploy all stacks of one release"),
    },
  ]);
});

test("functions whose variables are not shown could be of any", () => {
  const hidden = { ...seen("cfis/live"), environment: {} };
  expect(examineReleases([seen("cfis/test"), hidden], own)).toMatchObject([
    { severity: "warning", next: expect.stringContaining("kms:Decrypt") },
  ]);
  expect(examineReleases([], own)).toEqual([]);
});
