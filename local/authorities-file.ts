import { writeFileSync } from "node:fs";
import path from "node:path";

/** Writes the certificate authorities (PEM) that functions trust besides the machine's own. Returns the file's path. */
export function writeAuthorities(folder: string, certificates: string): string {
  const file = path.join(folder, "authorities.pem");
  writeFileSync(file, certificates);
  return file;
}
