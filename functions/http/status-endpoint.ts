import type { Clock } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { ConnectionStatus } from "../model/connection-status.ts";
import type { Log } from "../model/log.ts";
import type { ConnectionAnswer, ConnectionPage } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { cursorOf } from "./page-cursor.ts";
import { readListRequest } from "./read-list-request.ts";

interface StatusEndpoint {
  readonly clock: Clock;
  readonly log: Log;
  fingerprint(text: string): string;
  list(
    request: { readonly realm: string | null; readonly after: Connection | null },
    signal: AbortSignal,
  ): Promise<{
    readonly connections: readonly ConnectionStatus[];
    readonly last: Connection | null;
  }>;
}

/** Status of connections, page by page, by direct invocation and by the API. */
export function statusEndpoint(endpoint: StatusEndpoint) {
  const { fingerprint, list } = endpoint;
  return jsonEndpoint(endpoint, async ({ event, deadline }): Promise<ConnectionPage> => {
    const request = readListRequest(event, fingerprint);
    const { connections, last } = await list(request, deadline.signal);
    const cursor = last && cursorOf({ realm: request.realm, after: last }, fingerprint);
    return { connections: connections.map(answerOf), cursor };
  });
}

function answerOf(status: ConnectionStatus): ConnectionAnswer {
  const { connection, state, version, token, lease, lastIssue, failure } = status;
  return {
    connection,
    state,
    version,
    fingerprint: token?.fingerprint ?? null,
    issuedAt: token?.issuedAt.toISOString() ?? null,
    usableUntil: token?.usableUntil?.toISOString() ?? null,
    expiresAt: token?.expiresAt?.toISOString() ?? null,
    renewAt: token?.renewAt.toISOString() ?? null,
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
    lastFailure: failure && {
      at: failure.at.toISOString(),
      code: failure.code,
      detail: failure.detail,
      count: failure.count,
      retryAt: failure.retryAt.toISOString(),
    },
  };
}
