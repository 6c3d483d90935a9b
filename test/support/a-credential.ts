import { connectionOf } from "../../functions/model/connection.ts";
import type { Credential } from "../../functions/model/credential.ts";
import type { SignProof } from "../../functions/model/proof.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { at } from "./a-record.ts";

/** For endpoints that vend no token that is bound to a key. */
export const noProofs = (): Promise<SignProof> => Promise.reject(new Error("Nothing is bound."));

/** The credential of the contract's example, with changes. */
export function aCredential(changes: Partial<Credential> = {}): Credential {
  return {
    connection: connectionOf({ provider: "conferma", environment: "production" }, "default"),
    version: 13,
    token: new Sensitive("canary-token"),
    presentation: { headerName: "Authorization", scheme: "Bearer" },
    fingerprint: "9f86d081884c",
    issuedAt: at("10:00:00.000"),
    usableUntil: at("10:04:58.000"),
    expiresAt: at("10:05:00.000"),
    ...changes,
  };
}
