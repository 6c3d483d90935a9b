import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { onTestFinished } from "vitest";
import type { RawTemplate } from "../infra/synthesized.ts";

/** What an earlier release deployed, as `pack-release.ts` has packed it. */
interface PackedRelease {
  readonly commit: string;
  /** By `<function>/<file>`. */
  readonly bundles: Readonly<Record<string, string>>;
  /** By `<stack>.template.json`. */
  readonly templates: Readonly<Record<string, string>>;
}

/** The release before this one. */
const earlierVersion = "0.2.0";

function readRelease(version: string): PackedRelease {
  const packed = readFileSync(path.join(import.meta.dirname, `${version}.json.br`));
  return JSON.parse(brotliDecompressSync(packed).toString());
}

/** The template of a stack of the earlier release, with the realms of its `infra/realms.ts`. */
export function earlierTemplate(stackName: string): RawTemplate {
  return JSON.parse(readRelease(earlierVersion).templates[`${stackName}.template.json`] ?? "null");
}

/** Writes the earlier release's bundles into a folder. Returns it. */
export function writeEarlierBundles(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-earlier-"));
  for (const [file, text] of Object.entries(readRelease(earlierVersion).bundles)) {
    const written = path.join(folder, file);
    mkdirSync(path.dirname(written), { recursive: true });
    writeFileSync(written, text);
  }
  return folder;
}

/** The same for one test. The function returned names a bundle's file. */
export function earlierBundles(): (name: string) => string {
  const folder = writeEarlierBundles();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => path.join(folder, name, "index.mjs");
}
