import { copyFileSync } from "node:fs";
import path from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { build } from "esbuild";
import { asInPackage, inPackage } from "./in-package.ts";

const root = path.join(import.meta.dirname, "../..");

/** The console's page as it is now: a project has no bundler. */
const builtPage: Plugin = {
  name: "built-page",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/page-files\.ts$/ }, async () => {
      const { readPageFiles } = await import("../../cli/console/page-files.ts");
      const files = [...(await readPageFiles())].map(([address, { type, body }]) => [
        address,
        { type, text: asInPackage(Buffer.from(body).toString()) },
      ]);
      const entries = `${JSON.stringify(files)}.map(([address, { type, text }]) =>
        [address, { type, body: Buffer.from(text) }])`;
      return { contents: `export const readPageFiles = async () => new Map(${entries});` };
    }),
};

/**
 * Builds the program `token-vending` into a folder: the command line and the local stack, which read `../functions`. Returns
 * what it consists of.
 *
 * @param external Packages that are installed, and not bundled.
 */
export async function buildCommand(folder: string, external: readonly string[]): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["local/packed/token-vending.ts"],
    ...{ outdir: folder, outExtension: { ".js": ".mjs" } },
    external: [...external],
    plugins: [builtPage, ...inPackage],
    ...{ bundle: true, format: "esm", splitting: true, platform: "node", target: "node20" },
    ...{
      mainFields: ["module", "main"],
      legalComments: "none",
      logLevel: "warning",
      metafile: true,
    },
    // Of the libraries, some are CommonJS.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
  });
  const worker = "lambda-worker.mjs";
  copyFileSync(path.join(root, "local/aws/lambda", worker), path.join(folder, worker));
  return metafile;
}
