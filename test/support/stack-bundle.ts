import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { bundleFunctions } from "../../infra/bundle.ts";

let folder: string | undefined;

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});

/** The vend function's bundle, as `npm run build` makes it; built once a test file. */
export function vendTokenBundle(): string {
  if (!folder) {
    folder = mkdtempSync(path.join(tmpdir(), "token-vending-"));
    bundleFunctions(folder);
  }
  return path.join(folder, "vend-token", "index.mjs");
}
