import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { renderPage } from "./render-page.ts";

const root = path.join(import.meta.dirname, "..", "..");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

for (const page of globSync(["*.md", "docs/**/*.md"], { cwd: root })) {
  const file = path.join(root, page);
  const text = readFileSync(file, "utf8");
  const rendered = renderPage(root, text);
  if (rendered === text) continue;
  if (values.check) {
    console.error(`${page} is not what the code says: run npm run docs to write it again.`);
    process.exitCode = 1;
  } else writeFileSync(file, rendered);
}
