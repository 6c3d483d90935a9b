import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Metafile } from "esbuild";
import { buildSync } from "esbuild";
import { billOfMaterials } from "./bill-of-materials.ts";
import { functionNames } from "./function-names.ts";

const root = path.join(import.meta.dirname, "..");

/** Where `npm run build` writes the bundles, one folder per function: the files that are deployed. */
export const bundlesFolder = path.join(root, "dist", "functions");

/**
 * Bundles every function, SDK included, into a folder of its name. Code that is not needed to return a stored token
 * (secrets, providers) is split into chunks that load on first use. Returns what each bundle consists of.
 */
export function bundleFunctions(
  folder: string,
  names: readonly string[] = functionNames,
): ReadonlyMap<string, Metafile> {
  return contentsOf(names, (name) => bundle(entryOf(name), path.join(folder, name)));
}

/** What the bundle of every function would consist of. Writes nothing. */
export function describeBundles(): ReadonlyMap<string, Metafile> {
  return contentsOf(functionNames, (name) => build(entryOf(name), bundlesFolder, false));
}

/** Bundles an entry file into a folder. */
export function bundle(entry: string, outdir: string): Metafile {
  rmSync(outdir, { recursive: true, force: true });
  return build(entry, outdir, true);
}

function contentsOf(names: readonly string[], contents: (name: string) => Metafile) {
  return new Map(names.map((name) => [name, contents(name)]));
}

function entryOf(name: string): string {
  return `functions/${name}.ts`;
}

function build(entry: string, outdir: string, write: boolean): Metafile {
  const { metafile } = buildSync({
    absWorkingDir: root,
    write,
    entryPoints: { index: entry },
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node24",
    // Avoids the slow ESM facade of these modules: see builtins/http.mjs.
    alias: {
      "node:http": "./infra/builtins/http.mjs",
      "node:https": "./infra/builtins/https.mjs",
    },
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

if (import.meta.main) {
  const bundles = bundleFunctions(bundlesFolder);
  const lockfile = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const bill = billOfMaterials(bundles, lockfile);
  writeFileSync(path.join(root, "dist", "sbom.cdx.json"), `${JSON.stringify(bill, null, 2)}\n`);
}
