import { readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}

const folder = path.join(import.meta.dirname, "browser");

const files = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/icon.svg", "icon.svg", "image/svg+xml"],
] as const;

/** What the browser's modules and style sheets are joined to, in some milliseconds. */
const bundles = [
  ["/console.js", "main.ts", "text/javascript; charset=utf-8"],
  ["/console.css", "console.css", "text/css; charset=utf-8"],
] as const;

/** The files of the page by their paths. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const read = files.map(([address, name, type]): [string, PageFile] => [
    address,
    { type, body: readFileSync(path.join(folder, name)) },
  ]);
  const built = bundles.map(
    async ([address, name, type]): Promise<[string, PageFile]> => [
      address,
      { type, body: await bundleOf(name) },
    ],
  );
  return new Map([...read, ...(await Promise.all(built))]);
}

async function bundleOf(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, name)],
    ...{ bundle: true, write: false, format: "esm", target: "es2022", legalComments: "none" },
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`esbuild has made nothing of ${name}.`);
  return file.contents;
}
