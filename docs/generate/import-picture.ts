import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A flowchart of which folder imports which, as the files' imports say, types included. */
export function importPicture(
  root: string,
  files: string,
  folderOf: (file: string) => ImportingFolder,
): string {
  const imports = globSync(files, { cwd: root }).flatMap((file) =>
    importedBy(root, file).map((imported) => ({ from: folderOf(file), to: folderOf(imported) })),
  );
  const folders = [...new Map(imports.flatMap(({ from, to }) => [from, to]).map(named)).values()];
  const arrows = folders.toSorted(byName).flatMap(({ name, label }) => {
    const imported = imports.filter(({ from, to }) => from.name === name && to.name !== name);
    const names = [...new Set(imported.map(({ to }) => to.name))].toSorted();
    const box = label === name ? name : `${name}["${label}"]`;
    return names.length > 0 ? [`  ${box} --> ${names.join(" & ")}`] : [];
  });
  return ["```mermaid", "flowchart TD", ...arrows, "```"].join("\n");
}

interface ImportingFolder {
  readonly name: string;
  readonly label: string;
}

const named = (folder: ImportingFolder) => [folder.name, folder] as const;
const byName = (a: ImportingFolder, b: ImportingFolder) => (a.name < b.name ? -1 : 1);

/** A folder of functions/; the entry files beside the folders count as one. */
export function folderOfFunctions(file: string): ImportingFolder {
  const [, folder = "", ...rest] = file.split("/");
  return rest.length > 0 ? folderNamed(folder) : { name: "entry", label: "functions/*.ts" };
}

/** A folder at the root of the repository. */
export function folderOfRepository(file: string): ImportingFolder {
  return folderNamed(file.split("/")[0] ?? "");
}

function folderNamed(name: string): ImportingFolder {
  return { name, label: name };
}

/** The project's own code that a file imports, loads or takes types from. */
function importedBy(root: string, file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), "utf8"));
  return importedFiles
    .filter(({ fileName }) => /^\..*\.ts$/.test(fileName))
    .map(({ fileName }) => path.posix.join(path.posix.dirname(file), fileName));
}
