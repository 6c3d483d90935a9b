import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { billOfMaterials, bundledPackages } from "../bill-of-materials.ts";
import { bundle, bundleFunctions } from "../bundle.ts";
import manifest from "../package.json" with { type: "json" };
import { buildCommand } from "./build-command.ts";
import { declarePackage } from "./declare-package.ts";
import { inPackage } from "./in-package.ts";
import { noticesOf } from "./notices.ts";

const folder = path.join(import.meta.dirname, "..");
const root = path.join(folder, "..");
const dist = path.join(folder, "dist");
const entries = ["token-vending.ts", "settings.ts", "ready-realms.ts"];

/** What a project that uses the package has itself: its constructs have to be the same classes. */
const peers = Object.keys(manifest.peerDependencies);

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
 * both, the functions' bundles, the program `token-vending`, what those consist of, and the notices of all of it.
 */
async function buildConstructs(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const functionsFolder = path.join(dist, "functions");
  const bundles = new Map(await bundleFunctions(functionsFolder));
  const example = "call-conferma";
  bundles.set(example, bundle(`infra/examples/${example}.ts`, path.join(functionsFolder, example)));
  const declarations = declarePackage(folder, entries, compilerOptions());
  for (const [format, { type, options }] of Object.entries(formats)) {
    const target = path.join(dist, format);
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: entries.map((entry) => path.join(folder, entry)),
      outdir: target,
      external: peers,
      plugins: [...inPackage],
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
  const external = [...peers, ...Object.keys(manifest.dependencies)];
  const command = await buildCommand(path.join(dist, "bin"), external);
  bundles.set("token-vending", command);
  cpSync(path.join(root, "docs"), path.join(dist, "docs"), { recursive: true, filter: isPage });
  const lockfile = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const bill = billOfMaterials(bundles, lockfile);
  writeFileSync(path.join(dist, "sbom.cdx.json"), `${JSON.stringify(bill, null, 2)}\n`);
  const notices = noticesOf(bundledPackages(bundles, lockfile), root);
  writeFileSync(path.join(dist, "NOTICES.txt"), `${notices}\n`);
}

/** The documents that the program and the constructs name. */
function isPage(source: string): boolean {
  return path.basename(source) === "docs" || /\/docs\/[\w-]+\.md$/.test(source);
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
