import path from "node:path";
import { buildSync } from "esbuild";
import { bundlesFolder } from "../../infra/bundles-folder.ts";
import type { CandidateName } from "../candidates/candidate.ts";

/** Bundles of the comparisons, each with what it consists of, as esbuild's and AWS's documentation have one do it. */
export function bundleComparison({ id }: CandidateName): string {
  const outfile = path.join(bundlesFolder, "..", "bench", id, "index.mjs");
  buildSync({
    entryPoints: [path.join(import.meta.dirname, `${id}.mjs`)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    // Some of what is bundled is CommonJS and requires Node's modules.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return outfile;
}
