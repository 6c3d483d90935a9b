import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Problem, VendAnswer } from "../functions/http/contract.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { AccessKeys } from "./aws/sigv4/principals.ts";
import type { ProtectedApi } from "./local-realm.ts";
import { ping } from "./local-realm.ts";

/** A consumer's request; see the contract in docs/architecture.md. */
export interface VendPayload {
  readonly account?: string;
  readonly minValiditySeconds?: number;
  readonly rejectedVersion?: number;
  readonly proofFor?: string;
}

export type VendResult = VendAnswer | { readonly problem: Problem };

export interface VendClient {
  vend(functionName: string, payload?: VendPayload): Promise<VendResult>;
  close(): void;
}

/** Invokes the vending functions as a consumer does, over Lambda's Invoke API. */
export function createVendClient(
  endpoint: string,
  credentials: AccessKeys = { accessKeyId: "consumer", secretAccessKey: "consumer" },
): VendClient {
  const client = new LambdaClient({
    endpoint,
    region: LOCAL_LOCATION.region,
    credentials,
    maxAttempts: 1,
  });
  return {
    async vend(functionName, payload = {}) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        Payload: JSON.stringify(payload),
      });
      const { Payload, FunctionError } = await client.send(command);
      const answer = JSON.parse(Payload?.transformToString() ?? "null");
      if (FunctionError) throw new Error(`${functionName}: ${answer?.errorMessage}`);
      return answer;
    },
    close: () => client.destroy(),
  };
}

export function isVendAnswer(vended: VendResult): vended is VendAnswer {
  return !("problem" in vended);
}

/** What says to token vending which call `useCredential` will make, for a token that is bound to a key. */
export function proofDemandOf({ pingUrl }: ProtectedApi): Pick<VendPayload, "proofFor"> {
  return { proofFor: `GET ${pingUrl}` };
}

/** Calls the provider's API with a credential, and returns its status. */
export function useCredential(
  { header, extraHeaders }: Pick<VendAnswer, "header" | "extraHeaders">,
  api: ProtectedApi | string,
): Promise<number> {
  const { pingUrl, ...rest } = typeof api === "string" ? { pingUrl: api } : api;
  return ping({ pingUrl, ...rest }, { ...extraHeaders, [header.name]: header.value });
}
