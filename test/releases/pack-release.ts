import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { packedFile, readReleases } from "./open-release.ts";

/**
 * Adds what a release deploys to those that are packed: its functions' bundles, without source maps, and its templates.
 *
 * `git worktree add ../old <commit>`, there `npm ci && npm run build && npm run synth`, here
 * `node test/releases/pack-release.ts <name> ../old`.
 */
const [, , name = "", checkout = "."] = process.argv;
const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: checkout }).toString().trim();

function textsOf(folder: string, pattern: string): Record<string, string> {
  const cwd = path.join(checkout, folder);
  const files = globSync(pattern, { cwd }).sort();
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(path.join(cwd, file), "utf8")]),
  );
}

const release = {
  commit,
  bundles: textsOf("dist/functions", "*/**/*.mjs"),
  templates: textsOf("cdk.out", "*.template.json"),
};
const params = {
  [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
  // The functions' bundles repeat each other, megabytes apart.
  [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
};
const packed = JSON.stringify({ ...readReleases(), [name]: release });
writeFileSync(packedFile, brotliCompressSync(packed, { params }));
