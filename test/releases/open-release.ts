import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/**
 * The releases before this one, and the variables with which this one shares a table with them: 0.2.0, and the last state
 * before the stacks were divided, which seals in layout 2 already.
 */
export const earlierReleases = [
  ["0.2.0", { SEALING_LAYOUT: "1" }],
  ["0.2.0-two-stacks", {}],
] as const;
export type EarlierRelease = (typeof earlierReleases)[number][0];

export const packedFile = path.join(import.meta.dirname, "releases.json.br");

export function readReleases(): Record<string, PackedRelease> {
  if (!existsSync(packedFile)) return {};
  return JSON.parse(brotliDecompressSync(readFileSync(packedFile)).toString());
}

function readRelease(name: EarlierRelease): PackedRelease {
  const release = readReleases()[name];
  if (release) return release;
  throw new Error(`${name} is not packed.`);
}

/** The template of a stack of an earlier release, with the realms of its `infra/realms.ts`. */
export function earlierTemplate(
  stackName: string,
  name: EarlierRelease = "0.2.0-two-stacks",
): RawTemplate {
  return JSON.parse(readRelease(name).templates[`${stackName}.template.json`] ?? "null");
}

/** Writes an earlier release's bundles into a folder. Returns it. */
export function writeEarlierBundles(name: EarlierRelease): string {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-earlier-"));
  for (const [file, text] of Object.entries(readRelease(name).bundles)) {
    const written = path.join(folder, file);
    mkdirSync(path.dirname(written), { recursive: true });
    writeFileSync(written, text);
  }
  return folder;
}

/** The same for one test. The function returned names a bundle's file. */
export function earlierBundles(name: EarlierRelease): (entry: string) => string {
  const folder = writeEarlierBundles(name);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return (entry) => path.join(folder, entry, "index.mjs");
}
