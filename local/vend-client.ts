import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Problem, VendAnswer } from "../functions/http/contract.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { AccessKeys } from "./aws/sigv4/principals.ts";
import type { Door } from "./door.ts";
import { knock } from "./door.ts";

/** What a consumer sends; see the contract in docs/architecture.md. */
export interface VendPayload {
  readonly account?: string;
  readonly minValiditySeconds?: number;
  readonly rejectedVersion?: number;
}

export type Vended = VendAnswer | { readonly problem: Problem };

export interface VendClient {
  vend(functionName: string, payload?: VendPayload): Promise<Vended>;
  close(): void;
}

/** A consumer of the vend functions, over Lambda's Invoke API. */
export function vendClient(
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

export function isAnswer(vended: Vended): vended is VendAnswer {
  return !("problem" in vended);
}

/** The provider's verdict on a credential: the status of its API. */
export function present(
  { header, extraHeaders }: Pick<VendAnswer, "header" | "extraHeaders">,
  door: Door | string,
): Promise<number> {
  const { pingUrl, ...rest } = typeof door === "string" ? { pingUrl: door } : door;
  return knock({ pingUrl, ...rest }, { ...extraHeaders, [header.name]: header.value });
}
