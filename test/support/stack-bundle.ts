import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { bundleFunctions } from "../../infra/bundle.ts";

const folders = new Map<string, string>();

afterAll(() => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
  folders.clear();
});

/** The vend function's bundle, as `npm run build` makes it; built once a test file. */
export function vendTokenBundle(): string {
  return bundleOf("vend-token");
}

export function listConnectionsBundle(): string {
  return bundleOf("list-connections");
}

/** Any function's bundle, by the name of its entry. */
export function bundleOf(name: string): string {
  let folder = folders.get(name);
  if (!folder) {
    folder = mkdtempSync(path.join(tmpdir(), "token-vending-"));
    folders.set(name, folder);
    bundleFunctions(folder, [name]);
  }
  return path.join(folder, name, "index.mjs");
}
