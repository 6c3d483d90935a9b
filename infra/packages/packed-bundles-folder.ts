import path from "node:path";

/** In the package, the bundles lie beside the folder of the code: the builder puts this in place of bundles-folder.ts. */
export const bundlesFolder = path.join(import.meta.dirname, "..", "functions");
