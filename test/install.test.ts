import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import lockfile from "../package-lock.json" with { type: "json" };
import { foreignPackages, ownPackages } from "./support/locked-packages.ts";
import { tableUnder } from "./support/markdown-table.ts";
import { unless } from "./support/unless.ts";

const root = path.join(import.meta.dirname, "..");
const pinned = packageJson.devDependencies.node;

/**
 * SHA-256 of the Node that `npm ci` installs, by platform: its install script fetches it from the registry as a further
 * package, which the lockfile does not know. To be taken from `npm pack node-<platform>@<version>`.
 */
const nodeHashes: Readonly<Record<string, string>> = {
  "linux-arm64": "0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584",
  "linux-x64": "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
};
const nodeHash = nodeHashes[`${process.platform}-${process.arch}`];

describe("an installation", () => {
  test("checks every archive against the lockfile's hash, on every platform", () => {
    const archives = foreignPackages.filter(([, { inBundle }]) => !inBundle);
    const unchecked = archives.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
    expect(archives.length).toBeGreaterThan(300);
    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  test("takes one exact version of each dependency", () => {
    const { dependencies, devDependencies, overrides } = packageJson;
    const asked = ownPackages.map(([, own]) => ({ ...own.dependencies, ...own.devDependencies }));
    const { "@arethetypeswrong/core": itsOverrides, ...ours } = overrides;
    const versions = [...asked, ours, itsOverrides].flatMap((some) => Object.entries(some));
    expect(versions.length).toBeGreaterThan(30);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(lockfile.packages[""]).toMatchObject({ dependencies, devDependencies });
  });

  test("takes every archive from the registry, none from a folder, a repository or an address", () => {
    const elsewhere = foreignPackages.filter(([, one]) => "resolved" in one || "link" in one);
    expect(elsewhere.map(([name]) => name)).toEqual([]);
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

  const isHashed = nodeHash !== undefined;
  test.skipIf(!isHashed)(
    `brings that Node byte for byte${unless(isHashed, "a platform whose hash is known")}`,
    () => {
      const binary = readFileSync(path.join(root, "node_modules/node/bin/node"));
      expect(createHash("sha256").update(binary).digest("hex")).toBe(nodeHash);
    },
  );

  test("prints no page of warnings about the Node that it replaces", () => {
    expect(readText(".npmrc")).toMatch(/^loglevel=error$/m);
  });
});

interface Asked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe.each(["bench", "site"])("%s/, installed when its command needs it,", (folder) => {
  const read = (file: string) => JSON.parse(readText(path.join(folder, file)));

  test("takes one exact version of each dependency, with the hash of each archive", () => {
    const { dependencies, overrides = {} } = read("package.json");
    const { packages } = read("package-lock.json");
    const versions = Object.values({ ...dependencies, ...overrides });
    expect(versions.length).toBeGreaterThan(3);
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    const { "": own, ...archives } = packages;
    expect(own.dependencies).toEqual(dependencies);
    const unchecked = Object.entries<{ integrity?: string; resolved?: string }>(archives).filter(
      ([, { integrity, resolved }]) => !integrity?.startsWith("sha512-") || resolved !== undefined,
    );
    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  // npm writes a lockfile without what the registry lacks for other platforms, and then refuses to install from it.
  test("has an archive for each dependency of each package, also of other platforms", () => {
    const packages: Readonly<Record<string, Asked>> = read("package-lock.json").packages;
    const locked = new Set(
      Object.keys(packages).map((name) => name.replace(/.*node_modules\//, "")),
    );
    const asked = Object.values(packages).flatMap(({ dependencies, optionalDependencies }) =>
      Object.keys({ ...dependencies, ...optionalDependencies }),
    );
    expect(asked.filter((name) => !locked.has(name))).toEqual([]);
  });

  test("is no workspace, so that npm ci leaves it alone", () => {
    expect(packageJson.workspaces).not.toContain(folder);
  });
});

describe("an install script", () => {
  const rows = tableUnder(readText("docs/dependencies.md"), "### Install scripts", "package");

  test("is named with its reason in docs/dependencies.md, and no other", () => {
    const scripted = foreignPackages
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([name]) => name.slice(name.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(rows.map(([name = ""]) => name.replaceAll("`", "")).sort()).toEqual(scripted.sort());
    for (const [, , reason] of rows) expect(reason?.length).toBeGreaterThan(20);
  });

  test("runs only where package.json allows it", () => {
    const allowed = rows.map(([name = "", runs]) => [name.replaceAll("`", ""), runs === "yes"]);
    expect(packageJson.allowScripts).toEqual(Object.fromEntries(allowed));
  });
});

function readText(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}
