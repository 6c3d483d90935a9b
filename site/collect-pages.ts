import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { apiPageOf } from "./api-page.ts";
import { apiPage } from "./chapters.ts";
import { pageFileOf } from "./page-address.ts";

/** Copies the repository's pages and pictures to where VitePress reads them, and writes the page of the API beside them. */
export function collectPages(root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const file of globSync(["*.md", "docs/**/*.{md,svg,png}"], { cwd: root })) {
    const copy = path.join(folder, pageFileOf(file));
    mkdirSync(path.dirname(copy), { recursive: true });
    if (!file.endsWith(".md")) copyFileSync(path.join(root, file), copy);
    else writeFileSync(copy, withoutTags(readFileSync(path.join(root, file), "utf8")));
  }
  const description = readFileSync(path.join(root, "docs/openapi.json"), "utf8");
  writeFileSync(path.join(folder, apiPage), apiPageOf(JSON.parse(description)));
}

/** A picture in two variants is written in tags, which the site takes for text: it shows the one for light pages. */
function withoutTags(page: string): string {
  return page.replace(
    /^<picture>.*?<img alt="([^"]*)" src="([^"]*)">.*?^<\/picture>$/gms,
    "![$1]($2)",
  );
}
