import { rmSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { functionNames } from "./function-names.ts";

const root = path.join(import.meta.dirname, "..");

/** Where a function's bundle is: the very folder that is deployed. */
export function bundleFolder(name: string): string {
  return path.join(root, "dist", "functions", name);
}

/**
 * Bundles every function, SDK included. What a store hit does not need (secrets, providers) is split off and loaded on
 * first use.
 */
export function bundleFunctions(): void {
  for (const name of functionNames) {
    const outdir = bundleFolder(name);
    rmSync(outdir, { recursive: true, force: true });
    buildSync({
      absWorkingDir: root,
      entryPoints: { index: `functions/${name}.ts` },
      outdir,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
      format: "esm",
      platform: "node",
      target: "node24",
      mainFields: ["module", "main"],
      minify: true,
      sourcemap: true,
      sourcesContent: false,
      legalComments: "none",
      logLevel: "warning",
    });
  }
}

if (import.meta.main) bundleFunctions();
