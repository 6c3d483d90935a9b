import type { VendAnswer } from "../functions/http/contract.ts";
import { proofMissing } from "../functions/http/contract.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure } from "./failure.ts";

/** A request that nobody makes (RFC 2606 §2). */
const nobodysRequest = "GET https://nobody.invalid/";

/** Vends a credential that nobody sends. One that is bound to a key is vended with a proof only: it gets one for nothing. */
export async function vendUnsent(
  functions: DeployedFunctions,
  realm: string,
  payload: object,
): Promise<VendAnswer> {
  const vend = (more: object) =>
    functions.invoke<VendAnswer>("vend-token", realm, { ...payload, ...more });
  try {
    return await vend({});
  } catch (error) {
    // Asked for only then: functions of 0.2 and before do not know it.
    if (!isProofMissing(error)) throw error;
    return vend({ proofFor: nobodysRequest });
  }
}

function isProofMissing(error: unknown): boolean {
  const { code, detail } = error instanceof CommandFailure ? error.problem : {};
  return code === "invalid-request" && detail?.startsWith(proofMissing) === true;
}
