import type { ProviderId } from "../functions/providers/catalogue.ts";
import type { CallOptions, VendOptions } from "./call-options.ts";
import type { VendedCredential } from "./credential.ts";
import { parseCredential, usableUntilMs } from "./credential.ts";
import type { AnswerRequest } from "./request-answer.ts";
import { malformedAnswer, requestAnswer } from "./request-answer.ts";
import { retryUntilDeadline } from "./retry.ts";
import { shareVending } from "./shared-vending.ts";
import type { TokenClientError } from "./token-client-error.ts";
import type { TokenRequestInit } from "./token-fetch.ts";
import { tokenFetch } from "./token-fetch.ts";
import type { Transport } from "./transport.ts";

export type { Problem } from "../functions/http/contract.ts";
export type { ConsentLink } from "../functions/http/link-contract.ts";
export type { CallOptions, VendOptions } from "./call-options.ts";
export type { VendedCredential } from "./credential.ts";
export type { TokenRequestInit } from "./token-fetch.ts";
export type { Transport, TransportRequest } from "./transport.ts";

/** `provider/environment/account`; the account is `default` where there is only one. */
export type ConnectionName = `${ProviderId}/${string}/${string}`;

export interface TokenClientOptions {
  readonly connection: ConnectionName;
  /** How token vending is reached: `lambdaTransport` or `httpsTransport`. */
  readonly transport: Transport;
  /** Timeout of one request in milliseconds (default 30,000: longer than the vending function's own 25 s). */
  readonly timeoutMs?: number;
  /**
   * Retries after a retryable problem, within the deadline of a call's `context` (default 2). Waits for another process's
   * renewal, or for a handover, are not counted.
   */
  readonly retries?: number;
  /** Called for each failed request, also for those that are retried. The place for a log line. Must not throw. */
  onProblem?(error: TokenClientError): void;
  /** Milliseconds since 1970 (default: the machine's clock). */
  now?(): number;
}

/** The credentials of one connection. Make one client for each connection, outside the handler. */
export interface TokenClient {
  /**
   * Returns a credential that is usable now, from this process's cache or else from token vending. Concurrent callers
   * share one request.
   *
   * @throws {TokenClientError} when there is none; the signal's reason when it is aborted.
   */
  vend(options?: VendOptions): Promise<VendedCredential>;
  /**
   * Reports that the provider answered 401 (never 403) to this version, and vends the current one. If this process has
   * already cached a newer version, that one is returned without a request.
   *
   * @returns A credential of the same version if token vending considers it still valid.
   * @throws {TokenClientError} when there is none; the signal's reason when it is aborted.
   */
  reject(version: number, options?: CallOptions): Promise<VendedCredential>;
  /**
   * The global `fetch` with the credential's headers set. On 401 it reports the version and, if there is another
   * version and the body can be sent again (anything but a stream), retries once with the same `init`. Otherwise the
   * 401 is returned, also when the report fails (`onProblem` is called). A 403 is returned and not reported. Redirects
   * are not followed but returned.
   *
   * `init.signal` aborts vending and the request; `options.context` limits vending only.
   *
   * @throws {TokenClientError} when there is no credential to send; `TypeError` for an address that is not https (http
   * is for loopback hosts); what `fetch` throws.
   */
  fetch(
    url: string | URL,
    init?: TokenRequestInit,
    options?: Omit<VendOptions, "signal">,
  ): Promise<Response>;
  /** Clears this process's cache. For tests, and for processes that were restored from a snapshot. */
  forget(): void;
}

/**
 * Creates a client for one connection. It sends nothing until it is called.
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
  const settings = { timeoutMs: 30_000, retries: 2, now: Date.now, ...options };
  const { connection, now, onProblem } = settings;

  /** A token that has expired on arrival was vended in its last moment: a second request gets its successor. */
  async function request(
    wanted: AnswerRequest,
    signal: AbortSignal,
    isRepeated?: boolean,
  ): Promise<VendedCredential> {
    const credential = await requestAnswer(settings, wanted, signal)
      .then((json) => parseCredential(connection, json))
      .catch((error: TokenClientError) => {
        if (!signal.aborted) onProblem?.(error);
        throw error;
      });
    if (now() < usableUntilMs(credential)) return credential;
    if (!isRepeated) return request(wanted, signal, true);
    throw malformedAnswer(connection, "Expired: check clocks.");
  }

  let shared = shareVending(request, now);
  const ask = (wanted: AnswerRequest, call: CallOptions) =>
    retryUntilDeadline(settings, call, (ended) => shared.vend(wanted, ended));
  const client: TokenClient = {
    async vend(call = {}) {
      const { minValiditySeconds, signal } = call;
      signal?.throwIfAborted();
      // Nearly every call ends here, before anything is made that only a request needs.
      const cached = shared.cached(minValiditySeconds);
      return cached ?? ask(minValiditySeconds ? { minValiditySeconds } : {}, call);
    },
    reject: (rejectedVersion, call = {}) => ask({ rejectedVersion }, call),
    fetch: (url, init = {}, call = {}) =>
      tokenFetch(client, { ...call, signal: init.signal }, url, init),
    forget() {
      shared = shareVending(request, now);
    },
  };
  return client;
}
