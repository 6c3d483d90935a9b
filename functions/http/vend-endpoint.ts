import type { Clock } from "../model/clock.ts";
import { plusMs } from "../model/clock.ts";
import type { Realm } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Log } from "../model/log.ts";
import type { Answer } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { readRequest } from "./read-vend-request.ts";

/** Kept for writing the answer: the use case stops this long before Lambda would kill it. */
const answerReserveMs = 300;
/** Where nobody says how much time there is: outside Lambda. */
const assumedTimeMs = 10_000;

interface Endpoint {
  readonly realm: Realm;
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  readonly log: Log;
  vend(request: VendRequest, call: { deadlineAt: Date; signal: AbortSignal }): Promise<Credential>;
}

/** Vends, and takes rejections, by direct invocation and by the API. */
export function vendEndpoint({ realm, extraHeaders, clock, log, vend }: Endpoint) {
  return jsonEndpoint(log, async ({ event, context, signal, concerns }) => {
    const request = readRequest(event, realm);
    concerns(connectionOf(realm, request.account));
    const remainingMs = context.getRemainingTimeInMillis?.() ?? assumedTimeMs;
    const deadlineAt = plusMs(clock.now(), remainingMs - answerReserveMs);
    const credential = await vend(request, { deadlineAt, signal });
    return answerOf(credential, extraHeaders);
  });
}

function answerOf(
  credential: Credential,
  extraHeaders: Readonly<Record<string, string>> | undefined,
): Answer {
  const { connection, version, fingerprint, issuedAt, usableUntil, expiresAt } = credential;
  const { headerName, scheme } = credential.presentation;
  const token = credential.token.expose();
  return {
    connection,
    version,
    header: { name: headerName, value: scheme ? `${scheme} ${token}` : token },
    ...(extraHeaders ? { extraHeaders } : {}),
    token,
    fingerprint,
    issuedAt: issuedAt.toISOString(),
    usableUntil: usableUntil?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
