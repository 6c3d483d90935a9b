import { connectionOf, realmName } from "../model/connection.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

/** How a pending consent is named in the log: enough to follow one journey, too little to find its row. */
export function pendingFields(
  { realm }: ConsentDependencies,
  about: PendingConsent | string,
): Readonly<Record<string, string>> {
  const pending = (typeof about === "string" ? about : about.id).slice(0, 8);
  if (typeof about === "string") return { realm: realmName(realm), pending };
  return { connection: connectionOf(realm, about.account), pending };
}
