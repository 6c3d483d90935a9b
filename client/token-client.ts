import type { ProviderId } from "../functions/providers/catalogue.ts";
import type { CallOptions, VendOptions } from "./call-options.ts";
import type { VendedCredential } from "./credential.ts";
import { usableUntilMs } from "./credential.ts";
import type { CredentialRequest } from "./request-credential.ts";
import { requestCredential } from "./request-credential.ts";
import { retryUntilDeadline } from "./retry.ts";
import { shareVending } from "./shared-vending.ts";
import { TokenClientError } from "./token-client-error.ts";
import type { TokenRequestInit } from "./token-fetch.ts";
import { tokenFetch } from "./token-fetch.ts";
import type { Transport } from "./transport.ts";

/** `provider/environment/account`; the account is `default` where there is only one. */
export type ConnectionName = `${ProviderId}/${string}/${string}`;

export interface TokenClientOptions {
  readonly connection: ConnectionName;
  /** How token vending is reached: `lambdaTransport` or `httpsTransport`. */
  readonly transport: Transport;
  /** Of one request, in milliseconds; 30,000 if unsaid, which outlasts the vending function's own 25 s. */
  readonly timeoutMs?: number;
  /** Further tries after a retryable problem, within the deadline of a call's `context`; 2 if unsaid. */
  readonly retries?: number;
  /** Told of each failed request, also of those that are retried: the place for a log line. Must not throw. */
  onProblem?(error: TokenClientError): void;
  /** Milliseconds since 1970; the machine's clock if unsaid. */
  now?(): number;
}

/** The credentials of one connection. Make one client for each connection, outside the handler. */
export interface TokenClient {
  /**
   * A credential that is usable now: from this process's memory, or else from token vending. Callers at the same time
   * share one request.
   *
   * @throws {TokenClientError} when there is none; the signal's reason when it is aborted.
   */
  vend(options?: VendOptions): Promise<VendedCredential>;
  /**
   * Reports that the provider answered 401 (never after a 403) to this version, and vends the current one. If this
   * process holds a newer version already, that is the answer, without a request.
   *
   * @returns A credential of the same version where token vending stands by it.
   * @throws {TokenClientError} when there is none; the signal's reason when it is aborted.
   */
  reject(version: number, options?: CallOptions): Promise<VendedCredential>;
  /**
   * The global `fetch` with the credential's headers set. On 401 it reports the version and, where there is another
   * version and the body can be sent again (anything but a stream), tries once more with the same `init`. Otherwise the
   * 401 is the response, also when the report fails (`onProblem` hears of it). A 403 is the response, and nothing is
   * reported. A redirect is the response: none is followed.
   *
   * `init.signal` ends vending and the request; `options.context` bounds vending only.
   *
   * @throws {TokenClientError} when there is no credential to send; `TypeError` for an address that is not https (http
   * is for loopback hosts); what `fetch` throws.
   */
  fetch(
    url: string | URL,
    init?: TokenRequestInit,
    options?: Omit<VendOptions, "signal">,
  ): Promise<Response>;
  /** Drops what this process holds: the next vend asks. For tests, and for processes that were restored from a snapshot. */
  forget(): void;
}

/**
 * A client for one connection. Does nothing until it is asked.
 *
 * @example
 * ```ts
 * import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
 * import { lambdaTransport } from "./client/lambda-transport.ts";
 * import { createTokenClient } from "./client/token-client.ts";
 *
 * const conferma = createTokenClient({
 *   connection: "conferma/production/default",
 *   transport: lambdaTransport({
 *     client: new LambdaClient(),
 *     InvokeCommand,
 *     functionName: process.env["VEND_CONFERMA"],
 *   }),
 * });
 *
 * export async function handler(_event: unknown, context: { getRemainingTimeInMillis(): number }) {
 *   const response = await conferma.fetch("https://api.conferma.example/v1/ping", {}, { context });
 *   return response.status;
 * }
 * ```
 */
export function createTokenClient(options: TokenClientOptions): TokenClient {
  const secondMs = 1000 + Math.random() * 100;
  const settings = { timeoutMs: 30_000, retries: 2, now: Date.now, secondMs, ...options };
  const { connection, now, onProblem } = settings;

  /** A token that is over when it arrives was vended in its last moment: the next one is due. */
  async function request(
    wish: CredentialRequest,
    signal: AbortSignal,
    isRepeated = false,
  ): Promise<VendedCredential> {
    const credential = await requestCredential(settings, wish, signal).catch(
      (error: TokenClientError) => {
        if (!signal.aborted) onProblem?.(error);
        throw error;
      },
    );
    if (now() < usableUntilMs(credential)) return credential;
    if (!isRepeated) return request(wish, signal, true);
    throw new TokenClientError(connection, "malformed-answer", "It is over: are the clocks right?");
  }

  let shared = shareVending(request, now);
  const client: TokenClient = {
    vend: ({ minValiditySeconds = 0, ...call } = {}) =>
      retryUntilDeadline(settings, call, (ended) => shared.vend(minValiditySeconds, ended)),
    reject: (version, call = {}) =>
      retryUntilDeadline(settings, call, (ended) => shared.reject(version, ended)),
    fetch: (url, init = {}, call = {}) =>
      tokenFetch(client, { ...call, signal: init.signal }, url, init),
    forget() {
      shared = shareVending(request, now);
    },
  };
  return client;
}
