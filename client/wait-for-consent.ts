import type { ConsentProgressAnswer } from "../functions/http/link-contract.ts";
import { raceAbort } from "./race-abort.ts";
import { malformedAnswer, requestAnswer } from "./request-answer.ts";
import type { TokenClientError } from "./token-client-error.ts";
import type { Transport } from "./transport.ts";
import { withinTime } from "./within-time.ts";

/** Between two requests. The pause grows, from the first to the longest, and is never shorter than the first. */
const [firstPauseMs, longestPauseMs, growth] = [1000, 30_000, 1.5] as const;

export interface ConsentWaitOptions {
  /** `provider/environment/account`, as in the error. */
  readonly connection: string;
  /** The `id` that came with the link: `error.problem.consent.id`, or what `begin-consent` answered. */
  readonly id: string;
  /** By invocation, any; over the API, one that has `withLinks`. */
  readonly transport: Transport;
  /** For how long to wait, in milliseconds (default 600,000: as long as a link lives unless the realm says otherwise). */
  readonly timeoutMs?: number;
  /** Timeout of one request in milliseconds (default 30,000). */
  readonly requestTimeoutMs?: number;
  /** Aborts the wait with the signal's own reason. The link goes on working. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each failed request, also for those after which the wait goes on. Must not throw. */
  onProblem?(error: TokenClientError): void;
}

/**
 * Asks what came of a link, until something did. `granted`: the connection has a consent that was given after the link was
 * made, so vend; `ended`: nothing more comes of the link (declined, expired, given up), so the next `consent-required` has
 * a new one. A retryable failure does not end the wait.
 *
 * The wait may be given up and begun again, here or in another process: nothing but the id is needed.
 *
 * @throws {TokenClientError} `timeout`, which is retryable, where the person has decided nothing in time; what a request
 *   fails with that is not retryable. The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import type { TokenClient } from "./client/token-client.ts";
 * import { TokenClientError } from "./client/token-client-error.ts";
 * import type { Transport } from "./client/transport.ts";
 * import { waitForConsent } from "./client/wait-for-consent.ts";
 *
 * type Send = (url: string) => Promise<void>;
 *
 * export async function connect(client: TokenClient, transport: Transport, send: Send) {
 *   try {
 *     return await client.vend();
 *   } catch (error) {
 *     const link = error instanceof TokenClientError ? error.problem?.consent : null;
 *     if (!link) throw error;
 *     await send(link.url);
 *     const { connection } = error as TokenClientError;
 *     const outcome = await waitForConsent({ connection, id: link.id, transport });
 *     return outcome === "granted" ? client.vend() : null;
 *   }
 * }
 * ```
 */
export function waitForConsent(options: ConsentWaitOptions): Promise<"granted" | "ended"> {
  const { connection, id, transport, timeoutMs = 600_000, requestTimeoutMs = 30_000 } = options;
  const endpoint = { connection, transport, timeoutMs: requestTimeoutMs };

  /** `pending` also where a failure may pass. */
  async function ask(ended: AbortSignal): Promise<ConsentProgressAnswer["state"]> {
    try {
      return stateIn(connection, await requestAnswer(endpoint, { consentId: id }, ended));
    } catch (error) {
      ended.throwIfAborted();
      const failure = error as TokenClientError;
      options.onProblem?.(failure);
      if (failure.retryable) return "pending";
      throw failure;
    }
  }

  return withinTime(connection, timeoutMs, options.signal, async (ended) => {
    for (
      let pauseMs: number = firstPauseMs;
      ;
      pauseMs = Math.min(pauseMs * growth, longestPauseMs)
    ) {
      const state = await ask(ended);
      if (state !== "pending") return state;
      await raceAbort(new Promise((resolve) => setTimeout(resolve, pauseMs)), ended);
    }
  });
}

function stateIn(connection: string, answer: unknown): ConsentProgressAnswer["state"] {
  const said: Partial<ConsentProgressAnswer> = Object(answer);
  const isKnown = /^(pending|granted|ended)$/.test(`${said.state}`);
  if (said.state && isKnown && said.connection === connection) return said.state;
  throw malformedAnswer(connection, "Not what came of a link; over the API, that takes withLinks.");
}
