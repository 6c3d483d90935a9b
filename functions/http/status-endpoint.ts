import type { Connection } from "../model/connection.ts";
import type { ConnectionStatus, ConsentStatus, LatestLink } from "../model/connection-status.ts";
import { VendingError } from "../model/errors.ts";
import type { ApiEvent } from "./api-event.ts";
import { readApiEvent, readQuery } from "./api-event.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { cursorOf, positionOf } from "./page-cursor.ts";
import { parse, requireMethod } from "./read-fields.ts";
import type { ProblemReporting } from "./report-refusal.ts";
import type { ConnectionAnswer, ConnectionPage, ConsentAnswer } from "./status-contract.ts";
import { listRequest } from "./status-contract.ts";

interface StatusEndpoint extends ProblemReporting {
  fingerprint(text: string): string;
  list(
    request: { readonly realm: string | null; readonly after: Connection | null },
    signal: AbortSignal,
  ): Promise<{
    readonly connections: readonly ConnectionStatus[];
    readonly last: Connection | null;
  }>;
}

/** Lists the status of connections page by page, by direct invocation and through the API. */
export function statusEndpoint(endpoint: StatusEndpoint) {
  const { fingerprint, list } = endpoint;
  return jsonEndpoint(endpoint, async ({ event, deadline }): Promise<ConnectionPage> => {
    const request = readListRequest(event, fingerprint);
    const { connections, last } = await list(request, deadline().signal);
    const cursor = last && cursorOf({ realm: request.realm, after: last }, fingerprint);
    return { connections: connections.map(answerOf), cursor };
  });
}

const connectionsPath = /\/v1\/connections\/?$/;

interface ListRequest {
  readonly realm: string | null;
  readonly after: Connection | null;
}

/** Which connections a request is about. Fails with `invalid-request` or `unknown-connection`, naming the field. */
function readListRequest(event: unknown, fingerprint: (text: string) => string): ListRequest {
  const api = readApiEvent(event);
  const request = api
    ? parse(listRequest, queryOf(api), "query")
    : parse(listRequest, event ?? {}, "payload");
  const realm = request.realm ?? null;
  if (request.cursor === undefined) return { realm, after: null };
  const position = positionOf(request.cursor, fingerprint);
  if (realm === null || realm === position.realm) return position;
  throw new VendingError("invalid-request", "cursor: belongs to a request for another realm.");
}

function queryOf(event: ApiEvent): Readonly<Record<string, unknown>> {
  if (!connectionsPath.test(event.path)) {
    throw new VendingError("unknown-connection", "Connections are listed at /v1/connections only.");
  }
  requireMethod(event.httpMethod, "GET");
  return readQuery(event);
}

function answerOf(status: ConnectionStatus): ConnectionAnswer {
  const { connection, state, version, token, lease, lastIssue, failure, consent, asked, frozen } =
    status;
  return {
    connection,
    state,
    version,
    ...tokenAnswerOf(token),
    lease: lease && {
      since: lease.since.toISOString(),
      until: lease.until.toISOString(),
      reason: lease.reason,
    },
    lastIssue: lastIssue && {
      at: lastIssue.at.toISOString(),
      reason: lastIssue.reason,
      latencyMs: lastIssue.latencyMs,
    },
    ...(consent && { consent: consentAnswerOf(consent) }),
    ...(asked && { asked: askedAnswerOf(asked) }),
    ...(frozen && { frozen: { ...frozen, at: frozen.at.toISOString() } }),
    lastFailure: failure && {
      at: failure.at.toISOString(),
      code: failure.code,
      detail: failure.detail,
      count: failure.count,
      retryAt: failure.retryAt.toISOString(),
    },
  };
}

function tokenAnswerOf(token: ConnectionStatus["token"]) {
  return {
    fingerprint: token?.fingerprint ?? null,
    issuedAt: token?.issuedAt.toISOString() ?? null,
    usableUntil: token?.usableUntil?.toISOString() ?? null,
    expiresAt: token?.expiresAt?.toISOString() ?? null,
    renewAt: token?.renewAt.toISOString() ?? null,
    ...(token?.attributes && { attributes: token.attributes }),
  };
}

function askedAnswerOf({ until, begunBy }: LatestLink): NonNullable<ConnectionAnswer["asked"]> {
  return { until: until.toISOString(), ...(begunBy !== null && { begunBy }) };
}

function consentAnswerOf({
  consentedAt,
  endsAt,
  isRenewable,
  subject,
  customer,
  grantedScope,
  details,
}: ConsentStatus): ConsentAnswer {
  return {
    consentedAt: consentedAt.toISOString(),
    endsAt: endsAt?.toISOString() ?? null,
    isRenewable,
    ...(subject !== null && { subject }),
    ...(customer !== null && { customer }),
    ...(grantedScope !== null && { grantedScope }),
    ...details,
  };
}
