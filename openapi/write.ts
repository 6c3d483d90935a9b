import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openApiText } from "./document.ts";

const file = path.join(import.meta.dirname, "..", "docs", "openapi.json");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

if (!values.check) writeFileSync(file, openApiText());
else if (readFileSync(file, "utf8") !== openApiText()) {
  console.error(
    "docs/openapi.json does not match the contract: run npm run docs to write it again.",
  );
  process.exitCode = 1;
}
