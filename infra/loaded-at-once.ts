import path from "node:path";
import type { OnResolveArgs, Plugin } from "esbuild";

/** Of files that another one loads on demand. */
const onDemand = "on-demand";
/** Of one module that imports what the entry file imports, and nothing else: the entry itself may be waiting for them. */
const atOnce = "at-once";
/** A question of this plugin's own, which it leaves to the bundler. */
const asked = "asked";

/**
 * Puts into one chunk all that an entry file loads at once. The bundler puts files into one chunk that are reached from the
 * same starting points, which are the entry and each file that is loaded on demand: so those import it too, which loads
 * nothing that is not loaded by then. Without this, twenty chunks of a few kilobytes are a fifth of a cold start's import
 * (docs/decisions/0008-cold-start.md).
 */
export function loadedAtOnce(root: string, entry: string): Plugin {
  const importedAtOnce = new Set<string>();
  const fromRoot = (file: string) => path.relative(root, file).replaceAll(path.sep, "/");
  const exporting = (files: Iterable<string>, before = "") => ({
    contents: [before, ...[...files].map((file) => `export * from "${file}";`)].join("\n"),
    resolveDir: root,
  });
  return {
    name: "loaded-at-once",
    setup({ onResolve, onLoad, resolve }) {
      /** The file that is imported; null for what is left to the bundler. */
      const find = async ({ path: imported, ...from }: OnResolveArgs) => {
        // What stands for one of Node's modules has a default export, and imports nothing.
        if (from.pluginData === asked || imported.startsWith("node:")) return null;
        const found = await resolve(imported, { ...from, pluginData: asked });
        return found.external ? null : `./${fromRoot(found.path)}`;
      };
      onResolve({ filter: /^/ }, async (imported) => {
        const isOnDemand = imported.kind === "dynamic-import";
        if (!isOnDemand && fromRoot(imported.importer) !== entry) return undefined;
        const file = await find(imported);
        if (file === null) return undefined;
        if (isOnDemand) return { path: file, namespace: onDemand };
        importedAtOnce.add(file);
        return undefined;
      });
      onResolve({ filter: /^at-once$/ }, () => ({ path: entry, namespace: atOnce }));
      onLoad({ filter: /^/, namespace: onDemand }, ({ path: file }) =>
        exporting([file], `import "${atOnce}";`),
      );
      onLoad({ filter: /^/, namespace: atOnce }, () => exporting(importedAtOnce));
    },
  };
}
