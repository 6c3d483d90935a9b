import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "esbuild";
import { build } from "esbuild";
import ts from "typescript";
import { billOfMaterials, bundledPackages } from "../bill-of-materials.ts";
import { bundleFunctions } from "../bundle.ts";
import { declarePackage } from "./declare-package.ts";
import { noticesOf } from "./notices.ts";

const folder = path.join(import.meta.dirname, "..");
const root = path.join(folder, "..");
const dist = path.join(folder, "dist");
const entries = ["token-vending.ts", "settings.ts"];

/** What a project that uses the package has itself: its constructs have to be the same classes. */
const peers = ["aws-cdk-lib", "constructs"];

const packedFolder: Plugin = {
  name: "packed-bundles-folder",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/bundles-folder\.ts$/ }, () => ({
      path: path.join(import.meta.dirname, "packed-bundles-folder.ts"),
    })),
};

/** How each kind of module is built, and how Node knows it. */
const formats = {
  esm: { type: "module", options: { format: "esm", splitting: true } },
  cjs: {
    type: "commonjs",
    options: { format: "cjs", define: { "import.meta.dirname": "__dirname" } },
  },
} as const;

/**
 * Builds the package of `infra/` into `infra/dist`: the constructs as ES modules and as CommonJS, with declarations for
 * both, the functions' bundles, what those consist of, and the notices of all of it.
 */
async function buildConstructs(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const bundles = new Map(bundleFunctions(path.join(dist, "functions")));
  const declarations = declarePackage(folder, entries, compilerOptions());
  for (const [format, { type, options }] of Object.entries(formats)) {
    const target = path.join(dist, format);
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: entries.map((entry) => path.join(folder, entry)),
      outdir: target,
      external: peers,
      plugins: [packedFolder],
      ...{ bundle: true, platform: "node", target: "node20", metafile: true, ...options },
      ...{ mainFields: ["module", "main"], legalComments: "none", logLevel: "warning" },
    });
    bundles.set(`constructs (${format})`, metafile);
    writeFileSync(path.join(target, "package.json"), `${JSON.stringify({ type })}\n`);
    for (const [file, text] of declarations) {
      mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
      writeFileSync(path.join(target, file), text);
    }
  }
  const lockfile = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const bill = billOfMaterials(bundles, lockfile);
  writeFileSync(path.join(dist, "sbom.cdx.json"), `${JSON.stringify(bill, null, 2)}\n`);
  const notices = noticesOf(bundledPackages(bundles, lockfile), root);
  writeFileSync(path.join(dist, "NOTICES.txt"), `${notices}\n`);
}

function compilerOptions(): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const {
    incremental: _,
    tsBuildInfoFile: __,
    ...options
  } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root).options;
  return options;
}

if (import.meta.main) await buildConstructs();
