import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BuildOptions, Metafile } from "esbuild";
import { build, buildSync } from "esbuild";
import { billOfMaterials } from "./bill-of-materials.ts";
import { bundlesFolder } from "./bundles-folder.ts";
import { functionNames } from "./function-names.ts";
import { loadedAtOnce } from "./loaded-at-once.ts";

const root = path.join(import.meta.dirname, "..");

/**
 * Bundles every function, SDK included, into a folder of its name. Code that is not needed to return a stored token
 * (secrets, providers) is split into chunks that load on first use; all else is in one chunk. Returns what each bundle
 * consists of.
 */
export async function bundleFunctions(
  folder: string,
  names: readonly string[] = functionNames,
): Promise<ReadonlyMap<string, Metafile>> {
  const signer = bundleSigner();
  const bundles = new Map<string, Metafile>();
  for (const name of names) {
    const entry = entryOf(name);
    const options = { ...bundling(entry, emptied(path.join(folder, name))), write: true };
    const { metafile } = await build({ ...options, plugins: [loadedAtOnce(root, entry)] });
    bundles.set(name, withParts(metafile, signerFile, signer));
  }
  return bundles;
}

/** What the bundle of every function would consist of. Writes no bundle. */
export function describeBundles(): ReadonlyMap<string, Metafile> {
  const contents = (name: string) => buildSplit(entryOf(name), bundlesFolder, false);
  return new Map(functionNames.map((name) => [name, contents(name)]));
}

/** Bundles the entry file of another function into a folder. */
export function bundle(entry: string, outdir: string): Metafile {
  return buildSplit(entry, emptied(outdir), true);
}

/** As the bundler splits it. */
function buildSplit(entry: string, outdir: string, write: boolean): Metafile {
  const signer = bundleSigner();
  const { metafile } = buildSync({ ...bundling(entry, outdir), write });
  return withParts(metafile, signerFile, signer);
}

function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

function entryOf(name: string): string {
  return `functions/${name}.ts`;
}

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

function bundling(entry: string, outdir: string) {
  return {
    ...common,
    entryPoints: { index: entry },
    outdir,
    outExtension: { ".js": ".mjs" },
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    alias: {
      [signerPackage]: `./${signerFile}`,
      // Avoids the slow ESM facade of these modules: see builtins/http.mjs.
      "node:http": "./infra/builtins/http.mjs",
      "node:https": "./infra/builtins/https.mjs",
    },
    minify: true,
    sourcemap: true,
    sourcesContent: false,
  } as const satisfies BuildOptions;
}

const signerPackage = "@smithy/signature-v4";
const signerFile = "dist/signer.mjs";

/**
 * Bundles what signs requests into one file, for the bundler's own use. It shares index files with the SDK, and esbuild
 * splits by files: whoever imports one of them would load all that the SDK needs of it.
 */
function bundleSigner(): Metafile {
  const { metafile, outputFiles } = buildSync({
    ...common,
    entryPoints: [signerPackage],
    outfile: signerFile,
    // Signing never loads it. If it were bundled, esbuild would keep whole every module that it shares with signing.
    external: ["@smithy/core/event-streams"],
    // So that the bundles' maps name its sources.
    sourcemap: "inline",
    sourcesContent: false,
    write: false,
  });
  // Other builds may be reading it.
  const unfinished = path.join(root, `${signerFile}.${process.pid}`);
  mkdirSync(path.dirname(unfinished), { recursive: true });
  writeFileSync(unfinished, outputFiles[0]?.contents ?? "");
  renameSync(unfinished, path.join(root, signerFile));
  return metafile;
}

/** The metafile with what a file consists of that was itself bundled, instead of that file. */
function withParts(metafile: Metafile, file: string, parts: Metafile): Metafile {
  const [{ entryPoint = "", inputs: partInputs = {} } = {}] = Object.values(parts.outputs);
  const outputs = Object.entries(metafile.outputs).map(([name, output]) => {
    const { [file]: bundled, ...inputs } = output.inputs;
    return [name, { ...output, inputs: { ...inputs, ...(bundled && partInputs) } }] as const;
  });
  const { [file]: _, ...importers } = metafile.inputs;
  const inputs = Object.entries(importers).map(([name, input]) => {
    const imports = input.imports.map((one) =>
      one.path === file ? { ...one, path: entryPoint } : one,
    );
    return [name, { ...input, imports }] as const;
  });
  return {
    inputs: { ...Object.fromEntries(inputs), ...parts.inputs },
    outputs: Object.fromEntries(outputs),
  };
}

if (import.meta.main) {
  const bundles = await bundleFunctions(bundlesFolder);
  const lockfile = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const bill = billOfMaterials(bundles, lockfile);
  writeFileSync(path.join(root, "dist", "sbom.cdx.json"), `${JSON.stringify(bill, null, 2)}\n`);
}
