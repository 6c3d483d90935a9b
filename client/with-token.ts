import type { VendedCredential } from "./credential.ts";
import type { TokenClient } from "./token-client.ts";

/** What the middleware adds to a handler's context. */
export interface TokenContext {
  /** Vended before the handler began. */
  readonly credential: VendedCredential;
  /** The client's `fetch`, limited by this invocation's deadline. */
  readonly fetch: TokenClient["fetch"];
}

/** The members of Lambda's context that middy's types require. Only `getRemainingTimeInMillis` is used. */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  getRemainingTimeInMillis(): number;
  done(error?: Error, result?: unknown): void;
  fail(error: Error | string): void;
  succeed(message: unknown, object?: unknown): void;
}

export interface WithTokenOptions<Name extends string> {
  readonly client: TokenClient;
  /** Name of the context's member (default `token`). */
  readonly as?: Name;
  /** Required of the credential when the handler starts; see {@link TokenClient.vend}. */
  readonly minValiditySeconds?: number;
}

/** A middy middleware. */
export interface TokenMiddleware<Name extends string> {
  before(request: { context: LambdaContext & Record<Name, TokenContext> }): Promise<void>;
}

/**
 * A middy middleware that vends before the handler begins and puts {@link TokenContext} into its context. It has no
 * state besides the client's cache. Without a credential the handler is not called: the `TokenClientError` goes to
 * middy's `onError`.
 *
 * @example
 * ```ts
 * import middy from "@middy/core";
 * import type { TokenClient } from "./client/token-client.ts";
 * import { withToken } from "./client/with-token.ts";
 *
 * export const handlerWith = (client: TokenClient) =>
 *   middy()
 *     .use(withToken({ client, as: "conferma" }))
 *     .handler(async (_event, { conferma }) => {
 *       const response = await conferma.fetch("https://api.conferma.example/v1/ping");
 *       return { statusCode: response.status, body: conferma.credential.fingerprint };
 *     });
 * ```
 */
export function withToken<Name extends string = "token">(
  options: WithTokenOptions<Name>,
): TokenMiddleware<Name> {
  const { client, as = "token", minValiditySeconds } = options;
  return {
    async before({ context }) {
      const credential = await client.vend({ context, minValiditySeconds });
      const fetch: TokenClient["fetch"] = (url, init, fetchOptions) =>
        client.fetch(url, init, { context, ...fetchOptions });
      Object.assign(context, { [as]: { credential, fetch } });
    },
  };
}
