import type { Transport } from "./transport.ts";
import { transportError } from "./transport.ts";
import type { LinkRequests } from "./with-links.ts";

interface InvokeInput {
  readonly FunctionName: string;
  readonly Payload: string;
}

interface InvokeOutput {
  readonly Payload?: Uint8Array | undefined;
  readonly FunctionError?: string | undefined;
}

export interface LambdaTransportOptions<Command> {
  /** A `LambdaClient` of `@aws-sdk/client-lambda` v3, or anything else that sends its commands. */
  readonly client: {
    send(command: NoInfer<Command>, options: { abortSignal: AbortSignal }): Promise<InvokeOutput>;
  };
  /** The class from the same SDK. It is passed in so that this client has no dependency on the SDK. */
  readonly InvokeCommand: new (
    input: InvokeInput,
  ) => Command;
  /**
   * Name or ARN of the realm's vending function. `undefined` (an environment variable that is not set) throws at once.
   */
  readonly functionName: string | undefined;
  /**
   * `withLinks` of with-links.ts: with `consent-required`, get a link for the person. `functionName` must then be without
   * an alias. The role needs `grantVendWithLinks` instead of `grantVend`.
   */
  readonly withLinks?: LinkRequests;
}

/**
 * Vends by invoking the realm's function; the caller's role needs `lambda:InvokeFunction` on it and nothing else.
 *
 * @throws {TypeError} when there is no `functionName`.
 *
 * @example
 * ```ts
 * import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
 * import { lambdaTransport } from "./client/lambda-transport.ts";
 *
 * export const transport = lambdaTransport({
 *   client: new LambdaClient(),
 *   InvokeCommand,
 *   functionName: process.env["VEND_CONFERMA"],
 * });
 * ```
 */
export function lambdaTransport<Command>(options: LambdaTransportOptions<Command>): Transport {
  const { client, InvokeCommand, functionName, withLinks } = options;
  if (!functionName) throw new TypeError("functionName is not set.");

  return async ({ connection, ...request }, abortSignal) => {
    const [, , account] = connection.split("/");
    const command = new InvokeCommand({
      FunctionName: functionName + (withLinks?.alias ?? ""),
      Payload: JSON.stringify({ account, ...request }),
    });
    const { Payload, FunctionError } = await client.send(command, { abortSignal });
    const json = JSON.parse(new TextDecoder().decode(Payload) || "null");
    if (FunctionError) throw transportError(json?.errorType ?? FunctionError);
    return json;
  };
}
