import type { Connection } from "../model/connection.ts";

/** What a sealed token is bound to: it opens as this version of this connection only. */
export function sealingContext(connection: Connection, version: number): string {
  return `${connection}#${version}`;
}
