import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { httpsTransport } from "../../client/https-transport.ts";
import type { TokenClient, TokenClientOptions } from "../../client/token-client.ts";
import { createTokenClient } from "../../client/token-client.ts";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import { problemOf } from "../../functions/http/problem.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { HttpServer, Received } from "./http-server.ts";
import { startHttpServer } from "./http-server.ts";

export const connection = "conferma/production/default";
export const issuedAt = "2026-11-20T10:00:00.000Z";
export const usableUntil = "2026-11-20T10:04:58.000Z";

export const canary = (version: number) => `canary-${version}-eyJhbGciOi`;

/** An answer of token vending. */
export function anAnswer(version: number, changes: Partial<VendAnswer> = {}): VendAnswer {
  const token = canary(version);
  return {
    connection,
    version,
    header: { name: "Authorization", value: `Bearer ${token}` },
    token,
    fingerprint: `9f86d08188${String(version).padStart(2, "0")}`,
    issuedAt,
    usableUntil,
    expiresAt: "2026-11-20T10:05:00.000Z",
    ...changes,
  };
}

export function aProblem(code: ProblemCode, retryAfterSeconds?: number): Problem {
  const error = new VendingError(code, "In words.", retryAfterSeconds ?? null);
  return problemOf(error, connection);
}

export function sendAnswer(response: ServerResponse, said: VendAnswer | Problem): void {
  const [status, type] =
    "code" in said ? [said.status, "application/problem+json"] : [200, "application/json"];
  response.writeHead(status, { "content-type": type }).end(JSON.stringify(said));
}

/** Adds no signature: the server does not check it. */
export const unsigned = { sign: async (request: { headers: Record<string, string> }) => request };

export interface VendingScript {
  /** Delay before each answer, in milliseconds. */
  readonly latencyMs?: number;
  /** The nth answer, counted from 1 (default: version 1). */
  answer?(nth: number, request: Received): VendAnswer | Problem;
}

export interface VendingServer extends HttpServer {
  readonly client: TokenClient;
}

/** A server with the API of token vending, and a new client. The client's clock stands still by default. */
export async function startVending(
  { latencyMs = 0, answer = () => anAnswer(1) }: VendingScript = {},
  options: Partial<TokenClientOptions> = {},
): Promise<VendingServer> {
  const server = await startHttpServer(async (request, response, nth) => {
    await sleep(latencyMs);
    sendAnswer(response, answer(nth, request));
  });
  const client = createTokenClient({
    connection,
    transport: httpsTransport({ baseUrl: server.url, signer: unsigned }),
    now: () => Date.parse(issuedAt),
    ...options,
  });
  return { ...server, client };
}
