import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openApiText } from "./document.ts";

const file = path.join(import.meta.dirname, "..", "docs", "openapi.json");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

if (!values.check) writeFileSync(file, openApiText());
else if (readFileSync(file, "utf8") !== openApiText()) {
  console.error("docs/openapi.json is not what the contract says: npm run docs writes it anew.");
  process.exitCode = 1;
}
