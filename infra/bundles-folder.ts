import path from "node:path";

/**
 * Where `npm run build` writes the bundles, one folder per function: the files that are deployed. In the package they lie
 * elsewhere (packages/packed-bundles-folder.ts).
 */
export const bundlesFolder = path.join(import.meta.dirname, "..", "dist", "functions");
