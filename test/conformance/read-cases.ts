import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import type { ConformanceCase } from "./case-schema.ts";
import { caseFileSchema } from "./case-schema.ts";

const folder = path.join(import.meta.dirname, "cases");

/** All cases, in the order of their files. */
export function readCases(): ConformanceCase[] {
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .flatMap((text) => v.parse(caseFileSchema, JSON.parse(text)).cases);
}
