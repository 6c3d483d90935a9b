import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LambdaFunction } from "../../../../local/aws/lambda/lambda-function.ts";

const folders: string[] = [];

/** Creates a folder with an `index.mjs`, like a deployed bundle. */
export function codeFolder(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "lambda-"));
  folders.push(folder);
  writeFileSync(join(folder, "index.mjs"), code);
  return folder;
}

export function removeCode(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export function aFunction(
  name: string,
  code: string,
  settings: Partial<LambdaFunction> = {},
): LambdaFunction {
  return {
    name,
    folder: codeFolder(code),
    handler: "index.handler",
    environment: {},
    timeoutMs: 5_000,
    memoryMb: 256,
    ...settings,
  };
}
