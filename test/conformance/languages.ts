import { spawnSync } from "node:child_process";
import path from "node:path";
import type { PlantedDefect } from "./broken-client.ts";
import { brokenPython } from "./broken-python.ts";
import { brokenTypescript } from "./broken-typescript.ts";
import { startClient } from "./client-process.ts";
import type { CaseVerdict } from "./play-case.ts";
import { playCases } from "./play-case.ts";
import { readCases } from "./read-cases.ts";

/** A client of this repository, and the program that plays it. */
export interface TestedLanguage {
  readonly name: string;
  readonly folder: string;
  readonly broken: readonly PlantedDefect[];
  /** What runs the program is on this machine; where it is not, tests are skipped visibly. */
  readonly isHere: boolean;
  /** Plays the client in this folder. */
  command(folder: string): readonly string[];
}

const client = path.join(import.meta.dirname, "../../client");
const programOf = (name: string) => path.join(import.meta.dirname, name);

export const testedLanguages: readonly TestedLanguage[] = [
  {
    name: "TypeScript",
    folder: client,
    broken: brokenTypescript,
    isHere: true,
    command: (folder) => [process.execPath, programOf("typescript-client.ts"), folder],
  },
  {
    name: "Python",
    folder: path.join(client, "python"),
    broken: brokenPython,
    isHere: spawnSync("python3", ["--version"]).status === 0,
    command: (folder) => ["python3", programOf("python_client.py"), folder],
  },
];

/** What came of the cases, and what the program wrote to its standard error. */
export interface Played {
  readonly verdicts: readonly CaseVerdict[];
  readonly errors: string;
}

/** Plays all cases, or those with these names. */
export async function playLanguage(
  command: readonly string[],
  names?: readonly string[],
  patienceMs?: number,
): Promise<Played> {
  const program = startClient(command, patienceMs);
  try {
    const chosen = readCases().filter(({ name }) => !names || names.includes(name));
    return { verdicts: await playCases(chosen, program), errors: program.errors() };
  } finally {
    await program.stop();
  }
}
