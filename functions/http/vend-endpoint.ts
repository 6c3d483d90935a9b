import type { Clock } from "../model/clock.ts";
import type { RealmId } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Log } from "../model/log.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { VendAnswer } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { readVendRequest } from "./read-vend-request.ts";

interface VendEndpoint {
  readonly realm: RealmId;
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  readonly log: Log;
  vend(request: VendRequest, deadline: Deadline): Promise<Credential>;
}

/** Vends, and takes rejections, by direct invocation and by the API. */
export function vendEndpoint(endpoint: VendEndpoint) {
  const { realm, extraHeaders, vend } = endpoint;
  return jsonEndpoint(endpoint, async ({ event, deadline, setConnection }) => {
    const request = readVendRequest(event, realm);
    setConnection(connectionOf(realm, request.account));
    return answerOf(await vend(request, deadline), extraHeaders);
  });
}

function answerOf(
  credential: Credential,
  extraHeaders: Readonly<Record<string, string>> | undefined,
): VendAnswer {
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
