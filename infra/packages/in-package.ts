import { readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "esbuild";

/** What the repository's npm scripts are called where they came in the package. */
const calls = [
  [/npm run (?:--silent )?vend(?: --)?/g, "npx token-vending"],
  [/npm run providers(?: --)?/g, "npx token-vending providers"],
  [/npm start(?: --)?/g, "npx token-vending dev"],
] as const;

/** A text of the repository, for those who have the package. */
export function asInPackage(text: string): string {
  return calls.reduce((result, [call, inPackage]) => result.replaceAll(call, inPackage), text);
}

const calledFromPackage: Plugin = {
  name: "called-from-package",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(?:cli|local|infra)\/.*\.ts$/ }, ({ path: file }) => ({
      contents: asInPackage(readFileSync(file, "utf8")),
      loader: "ts",
    })),
};

/** In the package, the functions are bundled already, and lie elsewhere. */
const bundledBefore: Plugin = {
  name: "bundled-before",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/(?:bundles-folder|bundle)\.ts$/ }, ({ path: imported }) => ({
      path: path.join(import.meta.dirname, `packed-${path.basename(imported)}`),
    })),
};

/** What is otherwise in the package than in the repository. */
export const inPackage: readonly Plugin[] = [bundledBefore, calledFromPackage];
