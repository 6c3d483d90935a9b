import { readFileSync } from "node:fs";
import path from "node:path";
import type { BundledPackage, Lockfile } from "../../infra/bill-of-materials.ts";
import { bundledPackages } from "../../infra/bill-of-materials.ts";
import { describeBundles } from "../../infra/bundle.ts";
import { functionNames } from "../../infra/function-names.ts";
import { isCopyleft } from "../../infra/licences.ts";

/** The packages in the bundles, as the bundler reports them. */
export function bundledTable(root: string): string {
  const packages = [...bundledPackages(describeBundles(), lockfileOf(root)).values()];
  return [
    "| package | version | licence | in |",
    "| --- | --- | --- | --- |",
    ...packages.map(
      (bundled) =>
        `| ${bundled.name} | ${bundled.version} | ${bundled.licence} | ${functionsOf(bundled)} |`,
    ),
  ].join("\n");
}

function functionsOf({ functions }: BundledPackage): string {
  return functions.length === functionNames.length ? "every function" : functions.join(", ");
}

/** The installed packages with a licence that asks for the source of what is made with them. */
export function copyleftTable(root: string): string {
  const rows = Object.entries(lockfileOf(root).packages).flatMap(([folder, { license = "" }]) =>
    isCopyleft(license) ? [`| ${folder.replace(/^node_modules\//, "")} | ${license} |`] : [],
  );
  return ["| package | licence |", "| --- | --- |", ...rows].join("\n");
}

function lockfileOf(root: string): Lockfile {
  return JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
}
