import { FakeConnection } from "./fake-connection.ts";
import type { ScriptedProblem } from "./fake-problems.ts";
import type { Transport, TransportRequest } from "./transport.ts";

export type { ScriptedProblem } from "./fake-problems.ts";

export interface FakeVendingOptions {
  /** Milliseconds since 1970 (default: the machine's clock). Give the client the same. */
  now?(): number;
  /** For how many seconds a new token is usable (default 300); null for a key that does not expire. */
  readonly lifetimeSeconds?: number | null | (() => number | null);
  /** The token of a version (default: a text that names both). It must be fit for a header. */
  tokenOf?(connection: string, version: number): string;
  /** The headers of a request (default: `Authorization: Bearer …`). */
  headersOf?(token: string): Readonly<Record<string, string>>;
  /** Whether `consent-required` comes with a link, as for a transport `withLinks` (default: no). */
  readonly withLinks?: boolean;
  /** For how many seconds a link can be opened (default 600). */
  readonly linkSeconds?: number;
  /**
   * Awaited before each request is answered: delays it, or throws what a network throws, which the client reports as
   * `unreachable`. For an answer that never comes, wait for ever: the client gives up after its `timeoutMs`.
   */
  before?(request: TransportRequest, signal: AbortSignal): void | Promise<void>;
}

/**
 * Token vending for the tests of those who use the client. It behaves: a token is vended until its end, a rejected version
 * is followed by a new one, an old version's rejection changes nothing, a version that does not exist is refused.
 * Everything about a connection begins with the first request.
 */
export interface FakeVending {
  /** For `createTokenClient`, and for `waitForConsent`. */
  readonly transport: Transport;
  /** Every request so far, in order: what was asked, and how often. */
  readonly requests: readonly TransportRequest[];
  /** Answers the next requests about this connection, one by default, with a problem. Problems queue. */
  fail(connection: string, problem: ScriptedProblem, times?: number): void;
  /**
   * The provider revokes the current token, which token vending does not know: it is vended on until it is rejected, and
   * `accepts` is false.
   */
  revoke(connection: string): void;
  /** Whether a provider accepts this token now. For a stand-in of the provider, which answers 401 if not. */
  accepts(connection: string, token: string): boolean;
  /** The connection needs a person's consent from now on: `consent-required`. */
  endConsent(connection: string): void;
  /** The person consents: links that wait for it are `granted`, and the next request vends a new version. */
  grantConsent(connection: string): void;
  /** The person declines: links that wait for it have `ended`, and the next `consent-required` has a new one. */
  declineConsent(connection: string): void;
}

/**
 * Makes a fake of token vending, for tests, in this process and without a network.
 *
 * @example
 * ```ts
 * import { fakeVending } from "./client/testing.ts";
 * import { createTokenClient } from "./client/token-client.ts";
 *
 * export async function testRollover(): Promise<boolean> {
 *   let now = Date.parse("2026-11-20T10:00:00Z");
 *   const vending = fakeVending({ now: () => now, lifetimeSeconds: 60 });
 *   const connection = "conferma/sandbox/default";
 *   const client = createTokenClient({ connection, transport: vending.transport, now: () => now });
 *
 *   const first = await client.vend();
 *   now += 61_000;
 *   const second = await client.vend();
 *   vending.fail(connection, { code: "provider-unavailable", retryAfterSeconds: 7 });
 *   const failure = await client.reject(second.version).catch((error) => error.retryAfterSeconds);
 *   return first.version === 1 && second.version === 2 && failure === 7;
 * }
 * ```
 */
export function fakeVending(options: FakeVendingOptions = {}): FakeVending {
  const { lifetimeSeconds = 300, before } = options;
  const tokens = {
    now: () => options.now?.() ?? Date.now(),
    lifetimeSeconds:
      typeof lifetimeSeconds === "function" ? lifetimeSeconds : () => lifetimeSeconds,
    tokenOf: options.tokenOf ?? ((name: string, version: number) => `fake-${version}-of-${name}`),
    headersOf: options.headersOf ?? ((token: string) => ({ Authorization: `Bearer ${token}` })),
    withLinks: options.withLinks ?? false,
    linkSeconds: options.linkSeconds ?? 600,
  };
  const requests: TransportRequest[] = [];
  const connections = new Map<string, FakeConnection>();

  function connectionOf(name: string): FakeConnection {
    const known = connections.get(name) ?? new FakeConnection(name, tokens);
    connections.set(name, known);
    return known;
  }

  return {
    async transport(request, signal) {
      requests.push(request);
      await before?.(request, signal);
      return connectionOf(request.connection).answer(request);
    },
    requests,
    fail: (name, problem, times = 1) => connectionOf(name).fail(problem, times),
    revoke: (name) => connectionOf(name).revoke(),
    accepts: (name, token) => connectionOf(name).accepts(token),
    endConsent: (name) => connectionOf(name).endConsent(),
    grantConsent: (name) => connectionOf(name).grantConsent(),
    declineConsent: (name) => connectionOf(name).declineConsent(),
  };
}
