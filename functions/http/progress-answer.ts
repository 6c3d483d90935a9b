import * as v from "valibot";
import type { AwaitedLink, ConsentProgress } from "../model/awaited-link.ts";
import type { Connection, RealmId } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import { readApiEvent, readQuery } from "./api-event.ts";
import type { EndpointRequest } from "./json-endpoint.ts";
import type { ConsentProgressAnswer } from "./link-contract.ts";
import { noFields } from "./link-contract.ts";
import {
  parse,
  requireAccount,
  requireConnection,
  requireMethod,
  unknownPath,
} from "./read-fields.ts";

/** A request about a link, of a caller of `vend-token`. */
export type ProgressCall = Pick<EndpointRequest, "event" | "deadline" | "setConnection">;

/** Answers what came of a link. Not a part of the way to a credential: loaded when somebody asks. */
export async function answerProgress(
  { event, deadline, setConnection }: ProgressCall,
  realm: RealmId,
  progress: (
    connection: Connection,
    awaited: AwaitedLink,
    deadline: Deadline,
  ) => Promise<ConsentProgress>,
): Promise<ConsentProgressAnswer> {
  const { account, consentId: id, awaited } = readProgressRequest(event, realm);
  const connection = connectionOf(realm, account);
  setConnection(connection);
  return { connection, id, state: await progress(connection, awaited, deadline()) };
}

/** The payload of a direct invocation of `vend-token` that asks what came of a link. */
const progressPayload = v.strictObject({
  account: v.optional(v.string(), "default"),
  consentId: v.string(),
});

const consentIdShape = /^([\w-]{43})\.([0-9a-z]{1,8})$/;

/** Null for text that is no id of a link. */
export function readConsentId(id: string): AwaitedLink | null {
  const [, pendingId, seconds] = consentIdShape.exec(id) ?? [];
  if (pendingId === undefined || seconds === undefined) return null;
  return { pendingId, madeAt: new Date(Number.parseInt(seconds, 36) * 1000) };
}

const progressPath = /\/v1\/consents\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+?)\/?$/;

/** Which link of which account a caller asks about. Fails with `invalid-request` or `unknown-connection`, naming the field. */
function readProgressRequest(
  event: unknown,
  realm: RealmId,
): { account: string; consentId: string; awaited: AwaitedLink } {
  const { account, consentId } = readRequest(event, realm);
  const awaited = readConsentId(consentId);
  if (awaited) return { account, consentId, awaited };
  throw new VendingError("invalid-request", "consentId: must be the id that came with a link.");
}

function readRequest(event: unknown, realm: RealmId) {
  const api = readApiEvent(event);
  if (!api) {
    const { account, consentId } = parse(progressPayload, event, "payload");
    return { account: requireAccount(account), consentId };
  }
  const match = progressPath.exec(api.path);
  if (!match) throw unknownPath();
  const account = requireConnection(match, realm);
  requireMethod(api.httpMethod, "GET");
  parse(noFields, readQuery(api), "query");
  return { account, consentId: match[4] ?? "" };
}
