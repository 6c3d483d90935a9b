import type { APIGatewayProxyEvent } from "aws-lambda";
import * as v from "valibot";
import type { RealmId } from "../model/connection.ts";
import { accountPattern } from "../model/connection.ts";
import type { VendRequest } from "../model/credential.ts";
import { VendingError } from "../model/errors.ts";
import { rejectionBody, vendPayload, vendQuery } from "./contract.ts";
import { isProxyEvent, parse, readBody, readQuery, requireMethod } from "./read-fields.ts";

const tokenPath = /\/v1\/tokens\/([^/]+)\/([^/]+)\/([^/]+?)(\/rejections)?\/?$/;

/** What is asked of this realm, by direct invocation or by the API. Fails naming the field. */
export function readVendRequest(event: unknown, realm: RealmId): VendRequest {
  return isProxyEvent(event) ? readProxyEvent(event, realm) : readPayload(event ?? {});
}

function readPayload(payload: unknown): VendRequest {
  const { account, minValiditySeconds, rejectedVersion } = parse(vendPayload, payload, "payload");
  return {
    account: requireAccount(account),
    minValiditySeconds,
    rejectedVersion: rejectedVersion ?? null,
  };
}

function readProxyEvent(event: APIGatewayProxyEvent, realm: RealmId): VendRequest {
  const { account, isRejection } = readPath(event.path, realm);
  requireMethod(event.httpMethod, isRejection ? "POST" : "GET");
  const query = readQuery(event);
  if (!isRejection) {
    const { minValiditySeconds } = parse(vendQuery, query, "query");
    return { account, minValiditySeconds, rejectedVersion: null };
  }
  parse(v.strictObject({}), query, "query");
  const { version } = parse(rejectionBody, readBody(event), "body");
  return { account, minValiditySeconds: 0, rejectedVersion: version };
}

function readPath(path: string, realm: RealmId): { account: string; isRejection: boolean } {
  const match = tokenPath.exec(path);
  if (!match) throw new VendingError("unknown-connection", "No connection has this path.");
  return { account: requireConnection(match, realm), isRejection: match[4] !== undefined };
}

/** The account of a path whose first three groups are the connection. Fails with `unknown-connection`. */
export function requireConnection(match: RegExpExecArray, realm: RealmId): string {
  const [provider, environment, account] = match.slice(1, 4).map(decoded);
  if (provider !== realm.provider || environment !== realm.environment) {
    const detail = `This function vends for ${realm.provider}/${realm.environment} only.`;
    throw new VendingError("unknown-connection", detail);
  }
  return requireAccount(account);
}

/** Null for a segment that is not properly encoded: it names nothing. */
function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

export function requireAccount(account: string | null | undefined): string {
  if (account && accountPattern.test(account)) return account;
  const detail = "account: must be 1 to 63 of a-z, 0-9 and . _ - @ + =, beginning with a-z or 0-9.";
  throw new VendingError("unknown-connection", detail);
}
