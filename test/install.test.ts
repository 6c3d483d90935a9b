import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import lockfile from "../package-lock.json" with { type: "json" };

const root = path.join(import.meta.dirname, "..");
const pinned = packageJson.devDependencies.node;

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  /** Comes inside the archive of the package that it lies in, whose hash covers it. */
  readonly inBundle?: boolean;
}

const locked: readonly [string, LockedPackage][] = Object.entries(lockfile.packages);

describe("an installation", () => {
  test("checks every archive against the lockfile's hash, on every platform", () => {
    const archives = locked.filter(([name, { inBundle }]) => name !== "" && !inBundle);
    const unchecked = archives.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
    expect(archives.length).toBeGreaterThan(300);
    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  test("needs the Node that README names, and no newer one", () => {
    const [, needed] = /^Needs Node ≥ (\d+) and npm/m.exec(readText("README.md")) ?? [];
    expect(packageJson.engines).toEqual({ node: `>=${needed}` });
    expect(lockfile.packages[""].engines).toEqual(packageJson.engines);
  });

  test("brings the Node that every npm script runs on", () => {
    expect(process.versions.node).toBe(pinned);
    expect(readText("README.md").replaceAll("\n", " ")).toContain(
      `Node ${pinned.split(".")[0]} that \`npm ci\` installs`,
    );
  });

  test("prints no page of warnings about the Node that it replaces", () => {
    expect(readText(".npmrc")).toMatch(/^loglevel=error$/m);
  });
});

function readText(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}
