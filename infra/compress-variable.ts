import { brotliCompressSync } from "node:zlib";

/** Shorter values are left readable. */
const maxPlainBytes = 2048;
/** Lambda has 4 KB for all variables of a function; the rest is for the others. */
const maxCompressedBytes = 3584;

/** A variable as functions/platform/environment.ts reads it. Throws an error that ends with `advice` if it is too long. */
export function compressVariable(
  name: string,
  text: string,
  advice: string,
  maxBytes = maxCompressedBytes,
): string {
  if (Buffer.byteLength(text) <= maxPlainBytes) return text;
  const compressed = `br:${brotliCompressSync(text).toString("base64")}`;
  if (compressed.length <= maxBytes) return compressed;
  throw new Error(
    `${name} would take ${compressed.length} bytes; of the 4 KB that a function has for variables it may take ${maxBytes}. ${advice}`,
  );
}
