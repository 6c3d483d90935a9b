import { expect, test } from "vitest";
import bench from "../../bench/package.json" with { type: "json" };
import product from "../../package.json" with { type: "json" };

test("what product and bench both use is of one version: the baselines are those of the product's SDK", () => {
  const own: Readonly<Record<string, string>> = {
    ...product.dependencies,
    ...product.devDependencies,
  };
  const shared = Object.entries(bench.dependencies).filter(([name]) => own[name]);
  expect(shared.map(([name]) => name)).toContain("@aws-sdk/client-dynamodb");
  for (const [name, version] of shared) expect(version, name).toBe(own[name]);
});
