import type { Connection } from "../model/connection.ts";
import { accountOf } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";

/** Whose secret serves a connection: its own, or the one client of the realm to which people consent. */
export function secretAccount({ provider }: Dependencies, connection: Connection): string {
  return provider.consent ? "default" : accountOf(connection);
}
