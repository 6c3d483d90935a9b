import type { Connection } from "../model/connection.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { HeldToken } from "../model/token-record.ts";

/** A held token as its caller sees it. Null when it does not open: it was sealed under another key, and is lost. */
export async function openCredential(
  deps: Dependencies,
  connection: Connection,
  version: number,
  held: HeldToken,
  signal: AbortSignal,
): Promise<Credential | null> {
  const token = await deps.sealer.open(held.sealed, { connection, version, kind: "token" }, signal);
  if (!token) {
    deps.log.error("token-unreadable", { connection, version, fingerprint: held.fingerprint });
    return null;
  }
  const { fingerprint, issuedAt, usableUntil, expiresAt } = held;
  const { presentation } = deps.provider;
  const vended = { connection, version, token, presentation, fingerprint };
  return { ...vended, issuedAt, usableUntil, expiresAt };
}
