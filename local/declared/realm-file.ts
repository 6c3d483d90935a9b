import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { checkNames } from "../../infra/check-names.ts";
import { DeploymentNames } from "../../infra/deployment-names.ts";
import type { ListedRealm, RealmEntry } from "../../infra/realm-list.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { WrongOption } from "../start-options.ts";

/**
 * Reads the list `realms` that a file exports, as an app hands it to `TokenVending`. Fails with a `WrongOption` that names
 * file, realm and setting.
 */
export async function readRealmFile(file: string): Promise<readonly ListedRealm[]> {
  const shown = path.relative("", file);
  const entries = listIn(await load(file, shown));
  if (entries === undefined) {
    throw new WrongOption(
      `${shown} exports no list of realms. Write there: export const realms = [ … ];`,
    );
  }
  if (entries.length === 0) throw new WrongOption(`${shown}: the list of realms is empty.`);
  try {
    const listed = readRealms(entries, shown);
    checkNames(listed, new DeploymentNames(), shown);
    return listed;
  } catch (cause) {
    throw new WrongOption(messageOf(cause), { cause });
  }
}

async function load(file: string, shown: string): Promise<unknown> {
  if (!existsSync(file)) throw new WrongOption(`${shown}: there is no such file.`);
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const { code } = Object(cause) as NodeJS.ErrnoException;
    const why = (code && unreadable[code]) ?? messageOf(cause);
    throw new WrongOption(`${shown} cannot be read: ${why}`, { cause });
  }
}

/** What Node.js says of some files, in words that say what to do. */
const unreadable: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_FILE_EXTENSION: `Node.js ${process.versions.node} reads only .js, .mjs and .cjs. Take Node.js 24 for TypeScript, or compile the file.`,
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    "Node.js removes types, and nothing else: no enum, namespace or parameter property.",
};

/** Of a module, or of what a CommonJS module exports; a list may be the default export as well. */
function listIn(module: unknown): readonly RealmEntry[] | undefined {
  const { realms, default: whole } = Object(module) as { realms?: unknown; default?: unknown };
  return [realms, Object(whole).realms, whole].find((value) => Array.isArray(value));
}

/** Without the name of the error's class, and on one line. */
function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/\s*\n\s*/g, " ").replace(/: (StartUp)?Error: (REALM: )?/, ": ");
}
