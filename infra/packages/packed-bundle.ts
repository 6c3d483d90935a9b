import { cpSync } from "node:fs";
import path from "node:path";
import { bundlesFolder } from "../bundles-folder.ts";

// In the package, everything is bundled already: the builder puts this file in place of bundle.ts.

export function bundleFunctions(folder: string): void {
  cpSync(bundlesFolder, folder, { recursive: true });
}

export function bundle(_: string, outdir: string): void {
  cpSync(path.join(bundlesFolder, path.basename(outdir)), outdir, { recursive: true });
}
