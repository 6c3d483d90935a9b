import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { BundledPackage } from "../bill-of-materials.ts";

/**
 * The notices that the licences of bundled packages ask to be passed on with copies: each text once, below the packages
 * that come with it. For a package without any text it says who has written it, and under which licence.
 *
 * @param root Holds the packages' folders.
 */
export function noticesOf(packages: ReadonlyMap<string, BundledPackage>, root: string): string {
  const titles = new Map<string, string[]>();
  for (const [folder, bundled] of packages) {
    const { name, version, licence } = bundled;
    for (const text of textsOf(path.join(root, folder), bundled)) {
      titles.set(text, [...(titles.get(text) ?? []), `${name} ${version} (${licence})`]);
    }
  }
  const sections = [...titles].map(([text, above]) => `${above.join("\n")}\n\n${text}`);
  return sections.join(`\n\n${"-".repeat(80)}\n\n`);
}

function textsOf(folder: string, { licence }: BundledPackage): string[] {
  const read = (file: string) => readFileSync(path.join(folder, file), "utf8").trim();
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  if (files.length > 0) return files.sort().map(read);
  const { author } = JSON.parse(read("package.json"));
  const by = author?.name ?? author;
  return [`By ${by}. The text of the licence: https://spdx.org/licenses/${licence}.html`];
}
