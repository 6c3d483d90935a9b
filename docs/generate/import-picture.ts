import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A flowchart of which room imports which, as the files' imports say, types included. */
export function importPicture(root: string, files: string, roomOf: (file: string) => Room): string {
  const imports = globSync(files, { cwd: root }).flatMap((file) =>
    importedBy(root, file).map((imported) => ({ from: roomOf(file), to: roomOf(imported) })),
  );
  const rooms = [...new Map(imports.flatMap(({ from, to }) => [from, to]).map(named)).values()];
  const arrows = rooms.toSorted(byName).flatMap(({ name, label }) => {
    const imported = imports.filter(({ from, to }) => from.name === name && to.name !== name);
    const names = [...new Set(imported.map(({ to }) => to.name))].toSorted();
    const box = label === name ? name : `${name}["${label}"]`;
    return names.length > 0 ? [`  ${box} --> ${names.join(" & ")}`] : [];
  });
  return ["```mermaid", "flowchart TD", ...arrows, "```"].join("\n");
}

interface Room {
  readonly name: string;
  readonly label: string;
}

const named = (room: Room) => [room.name, room] as const;
const byName = (a: Room, b: Room) => (a.name < b.name ? -1 : 1);

/** A room of functions/ is a folder; the files beside the folders are one room. */
export function roomOfFunctions(file: string): Room {
  const [, room = "", ...rest] = file.split("/");
  return rest.length > 0 ? roomNamed(room) : { name: "entry", label: "functions/*.ts" };
}

/** A room of the repository is a folder at its root. */
export function roomOfRepository(file: string): Room {
  return roomNamed(file.split("/")[0] ?? "");
}

function roomNamed(name: string): Room {
  return { name, label: name };
}

/** The project's own code that a file imports, loads or takes types from. */
function importedBy(root: string, file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), "utf8"));
  return importedFiles
    .filter(({ fileName }) => /^\..*\.ts$/.test(fileName))
    .map(({ fileName }) => path.posix.join(path.posix.dirname(file), fileName));
}
