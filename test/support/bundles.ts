import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { bundleFunctions } from "../../infra/bundle.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where every function's bundle is, as `npm run build` makes it. */
    readonly bundlesFolder: string;
  }
}

/** Bundles every function once for all the files of a run. */
export async function setup(project: TestProject): Promise<() => void> {
  const bundlesFolder = mkdtempSync(path.join(tmpdir(), "token-vending-bundles-"));
  await bundleFunctions(bundlesFolder);
  project.provide("bundlesFolder", bundlesFolder);
  return () => rmSync(bundlesFolder, { recursive: true, force: true });
}
