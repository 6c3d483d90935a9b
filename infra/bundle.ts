import { rmSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { functionNames } from "./function-names.ts";

const root = path.join(import.meta.dirname, "..");

/** Where `npm run build` writes the bundles, one folder per function: the files that are deployed. */
export const bundlesFolder = path.join(root, "dist", "functions");

/**
 * Bundles every function, SDK included, into a folder of its name. Code that is not needed to return a stored token
 * (secrets, providers) is split into chunks that load on first use.
 */
export function bundleFunctions(folder: string, names: readonly string[] = functionNames): void {
  for (const name of names) bundle(`functions/${name}.ts`, path.join(folder, name));
}

/** Bundles the entry file of a function into a folder. */
export function bundle(entry: string, outdir: string): void {
  rmSync(outdir, { recursive: true, force: true });
  buildSync({
    absWorkingDir: root,
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
    logLevel: "warning",
  });
}

if (import.meta.main) bundleFunctions(bundlesFolder);
