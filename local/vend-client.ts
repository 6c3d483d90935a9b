import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Answer, Problem } from "../functions/http/contract.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";

/** What a consumer sends; see the contract in docs/architecture.md. */
export interface VendPayload {
  readonly account?: string;
  readonly minValiditySeconds?: number;
  readonly rejectedVersion?: number;
}

export type Vended = Answer | { readonly problem: Problem };

export interface VendClient {
  vend(functionName: string, payload?: VendPayload): Promise<Vended>;
  close(): void;
}

/** A consumer of the vend functions, over Lambda's Invoke API. */
export function vendClient(endpoint: string): VendClient {
  const client = new LambdaClient({
    endpoint,
    region: LOCAL_PLACE.region,
    credentials: { accessKeyId: "consumer", secretAccessKey: "consumer" },
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

export function isAnswer(vended: Vended): vended is Answer {
  return !("problem" in vended);
}

/** The provider's verdict on a credential: the status of its API. */
export async function present({ header }: Answer, url: string): Promise<number> {
  const response = await fetch(url, { headers: { [header.name]: header.value } });
  await response.arrayBuffer();
  return response.status;
}
