import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { billOfMaterials, bundledPackages } from "../infra/bill-of-materials.ts";
import { bundleFunctions, describeBundles } from "../infra/bundle.ts";
import { functionNames } from "../infra/function-names.ts";
import { allowedLicences, isCopyleft } from "../infra/licences.ts";
import packageJson from "../package.json" with { type: "json" };
import lockfile from "../package-lock.json" with { type: "json" };
import { foreignPackages, ownPackages } from "./support/locked-packages.ts";

const root = path.join(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "token-vending-materials-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bundles = await bundleFunctions(folder);
const packages = bundledPackages(bundles, lockfile);
const bill = billOfMaterials(bundles, lockfile);

/** The packages of which a bundle has code, by its source maps instead of the bundler's report. */
function mappedPackages(bundle: string): string[] {
  const maps = globSync("**/*.map", { cwd: path.join(folder, bundle), withFileTypes: true });
  const sources = maps.flatMap(({ parentPath, name }): string[] => {
    const map = JSON.parse(readFileSync(path.join(parentPath, name), "utf8"));
    return map.sources.map((source: string) => path.join(parentPath, source));
  });
  return sources.flatMap((source) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? []);
}

describe("the bill of materials", () => {
  test("lists every package in the bundles' source maps, and no other", () => {
    const mapped = functionNames.flatMap(mappedPackages);
    expect(mapped).toContain("node_modules/valibot");
    expect([...packages.keys()].sort()).toEqual([...new Set(mapped)].sort());
    expect(bill.components).toHaveLength(packages.size);
  });

  test("says in which functions a package is", () => {
    for (const [name, { functions }] of packages) {
      const mapped = functionNames.filter((bundle) => mappedPackages(bundle).includes(name));
      expect(functions, name).toEqual(mapped.toSorted());
    }
  });

  test("has the versions that are installed, and the hashes of their archives", () => {
    for (const [name, { version, archiveHash }] of packages) {
      const installed = JSON.parse(readFileSync(path.join(root, name, "package.json"), "utf8"));
      expect(version, name).toBe(installed.version);
      expect(archiveHash, name).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  test("names each package once, and refers only to what it lists", () => {
    const refs = [bill.metadata.component["bom-ref"], ...bill.components.map((c) => c["bom-ref"])];
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toContain(`pkg:npm/valibot@${packageJson.dependencies.valibot}`);
    expect(bill.dependencies.map(({ ref }) => ref)).toEqual(refs);
    const used = new Set(bill.dependencies.flatMap(({ dependsOn }) => dependsOn));
    // Whatever is bundled is imported by the application or by another package.
    expect([...used].sort()).toEqual(refs.slice(1).sort());
  });

  test("has no date and no path, so that two builds have the same", () => {
    expect(JSON.stringify(bill)).not.toMatch(/20\d\d-\d\d|"\/|node_modules|timestamp/);
    expect(billOfMaterials(describeBundles(), lockfile)).toEqual(bill);
  });

  test("is not made where the lockfile does not know a package", () => {
    const { "node_modules/valibot": _, ...others } = lockfile.packages;
    expect(() => billOfMaterials(bundles, { ...lockfile, packages: others })).toThrow(
      /no version, licence or SHA-512 of node_modules\/valibot/,
    );
  });
});

describe("a licence", () => {
  test("is on the list for every bundled package, and for every dependency of the functions", () => {
    const bundled = [...packages.values()].map(({ name, licence }) => [name, licence]);
    const installed = foreignPackages
      .filter(([, { dev }]) => !dev)
      .map(([name, { license }]) => [name, license]);
    expect(installed.length).toBeGreaterThan(20);
    const refused = [...bundled, ...installed].filter(
      ([, licence = ""]) => !allowedLicences.includes(licence),
    );
    expect(refused).toEqual([]);
  });

  test("that is copyleft is on no list, and is told from one that leaves the choice", () => {
    expect(allowedLicences.filter(isCopyleft)).toEqual([]);
    expect(["AGPL-3.0-or-later", "MPL-2.0", "GPL-3.0-only"].every(isCopyleft)).toBe(true);
    expect(isCopyleft("(MIT OR GPL-3.0-or-later)")).toBe(false);
  });

  test("of the AGPL is that of one tool, on which only a workspace of its own depends", () => {
    const scope = "@cloud-copilot/";
    const others = [...ownPackages, ...foreignPackages].filter(
      ([name]) => !name.startsWith(`node_modules/${scope}`),
    );
    expect(others.length).toBeLessThan(ownPackages.length + foreignPackages.length);
    expect(others.filter(([, { license }]) => /AGPL/.test(license ?? ""))).toEqual([]);
    const dependents = others.filter(([, each]) =>
      Object.keys({
        ...{ ...each.dependencies, ...each.devDependencies },
        ...{ ...each.optionalDependencies, ...each.peerDependencies },
      }).some((name) => name.startsWith(scope)),
    );
    expect(dependents.map(([name]) => name)).toEqual(["test/access"]);
  });

  test("of the AGPL is in what one file of the tests imports", () => {
    const files = globSync("*/**/*.{ts,mjs}", {
      cwd: root,
      exclude: ["**/node_modules", "**/dist"],
    });
    expect(files).toContain("bench/bench.ts");
    const importing = files.filter((file) =>
      /^(?:import|\} from) .*"@cloud-copilot|import\("@cloud-copilot/m.test(
        readFileSync(path.join(root, file), "utf8"),
      ),
    );
    expect(importing).toEqual(["test/access/simulate-access.ts"]);
  });
});
