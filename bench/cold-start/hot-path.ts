import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** What a cold start that ends in a store hit loads of its bundle. */
export interface HotPath {
  readonly modules: number;
  /** Of all of them, compressed together by gzip, the largest first: their order changes it by a tenth of a kilobyte. */
  readonly gzipBytes: number;
}

/** Of the URLs that a process has loaded, those of a bundle. */
export function hotPathOf(urls: readonly string[]): HotPath {
  const files = [...new Set(urls)].filter((url) => /\/(index|chunks\/[\w-]+)\.mjs$/.test(url));
  const contents = files
    .map((url) => readFileSync(fileURLToPath(url)))
    .toSorted((a, b) => b.length - a.length);
  return { modules: files.length, gzipBytes: gzipSync(Buffer.concat(contents)).length };
}
