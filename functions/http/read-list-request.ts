import type { APIGatewayProxyEvent } from "aws-lambda";
import type { Connection } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import { listRequest } from "./contract.ts";
import { positionOf } from "./page-cursor.ts";
import { isProxyEvent, parse, readQuery, requireMethod } from "./read-fields.ts";

const connectionsPath = /\/v1\/connections\/?$/;

interface ListRequest {
  readonly realm: string | null;
  readonly after: Connection | null;
}

/** Which connections are asked for, by direct invocation or by the API. Fails naming the field. */
export function readListRequest(
  event: unknown,
  fingerprint: (text: string) => string,
): ListRequest {
  const request = isProxyEvent(event)
    ? parse(listRequest, queryOf(event), "query")
    : parse(listRequest, event ?? {}, "payload");
  const realm = request.realm ?? null;
  if (request.cursor === undefined) return { realm, after: null };
  const position = positionOf(request.cursor, fingerprint);
  if (realm === null || realm === position.realm) return position;
  throw new VendingError("invalid-request", "cursor: belongs to a request for another realm.");
}

function queryOf(event: APIGatewayProxyEvent): Readonly<Record<string, unknown>> {
  if (!connectionsPath.test(event.path)) {
    throw new VendingError("unknown-connection", "Connections are listed at /v1/connections only.");
  }
  requireMethod(event.httpMethod, "GET");
  return readQuery(event);
}
