import * as v from "valibot";
import type { RealmId } from "../model/connection.ts";
import { accountOf, connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import { VendingError } from "../model/errors.ts";
import type { SignProof } from "../model/proof.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { ApiEvent } from "./api-event.ts";
import { readApiEvent, readBody, readQuery } from "./api-event.ts";
import type { AttributionRecording } from "./attribution.ts";
import { attributing } from "./attribution.ts";
import type { VendAnswer } from "./contract.ts";
import {
  rejectionBody,
  vendOnlyAlias,
  vendPayload,
  vendQuery,
  withLinksAlias,
} from "./contract.ts";
import type { EndpointRequest } from "./json-endpoint.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import type { ConsentProgressAnswer } from "./link-contract.ts";
import type { ProgressCall } from "./progress-answer.ts";
import {
  isProxyEvent,
  parse,
  requireAccount,
  requireConnection,
  requireMethod,
  unknownPath,
} from "./read-fields.ts";
import type { ProblemReporting } from "./report-refusal.ts";

interface VendEndpoint extends ProblemReporting, AttributionRecording, HeaderSettings {
  readonly realm: RealmId;
  /** The credential that this process has cached, if it satisfies the request. */
  cached(request: VendRequest): Credential | null;
  vend(request: VendRequest, deadline: Deadline): Promise<Credential>;
  /** Loaded with the first token that is bound to a key. */
  proofs(): Promise<SignProof>;
  /** Undefined where nobody consents. */
  readonly links?: (() => Promise<CallersLinks>) | undefined;
}

/** What is done for callers about links for people: loaded when the first of them needs it. */
export interface CallersLinks {
  /** The refusal with a link for the person; without one if none can be made. */
  refusalWithLink(
    refusal: VendingError,
    account: string,
    call: EndpointRequest,
  ): Promise<VendingError>;
  progress(call: ProgressCall): Promise<ConsentProgressAnswer>;
}

type Vended = VendAnswer | ConsentProgressAnswer;

/** Vends and takes rejections, by direct invocation and through the API. */
export function vendEndpoint(endpoint: VendEndpoint) {
  const { realm, vend, links, proofs } = endpoint;
  const answerOf = answering(endpoint);
  const attribution = attributing(endpoint);
  const prove = async (credential: Credential, request: VendRequest) => {
    const { proofOfRequest } = await import("./proof-of-request.ts");
    return proofOfRequest(credential, request, await proofs());
  };
  return jsonEndpoint(endpoint, (call): Vended | Promise<Vended> => {
    const { event, requestId, invokedArn, deadline, setConnection } = call;
    if (links && asksAboutLink(event)) return links().then(({ progress }) => progress(call));
    const request = readVendRequest(event, realm);
    refuseRejection(request, invokedArn);
    const { account, rejectedVersion: version } = request;
    const recordRejection = () => {
      if (version === null) return;
      attribution.rejected(event, requestId, connectionOf(realm, account), version);
    };
    const answerWith = (credential: Credential, proof?: string) => {
      attribution.vended(event, requestId, credential);
      const answer = answerOf(credential);
      return proof ? { ...answer, extraHeaders: { ...answer.extraHeaders, DPoP: proof } } : answer;
    };
    const answerTo = (credential: Credential) => {
      recordRejection();
      if (!credential.proofKey) return answerWith(credential);
      return prove(credential, request).then((proof) => answerWith(credential, proof));
    };
    const refuse = async (error: unknown) => {
      if (!namesNothing(error)) recordRejection();
      if (!links || !isForLink(error, invokedArn)) throw error;
      throw await (await links()).refusalWithLink(error, account, call);
    };
    const credential = endpoint.cached(request);
    if (credential) return answerTo(credential);
    setConnection(connectionOf(realm, account));
    return vend(request, deadline()).then(answerTo, refuse);
  });
}

/** A request about a link, instead of one for a credential. */
function asksAboutLink(event: unknown): boolean {
  const { consentId, path } = Object(event);
  return consentId !== undefined || (isProxyEvent(event) && /\/v1\/consents\//.test(path));
}

/** Whether the caller is to have a link, which is proved by AWS as well: who may have one is granted another alias. */
function isForLink(error: unknown, invokedArn: string): error is VendingError {
  const isRefusal = error instanceof VendingError && error.code === "consent-required";
  return isRefusal && invokedArn.endsWith(`:${withLinksAlias}`);
}

/** Who may only vend is granted an alias, which is proved by AWS: unlike what a payload says, a caller cannot choose it. */
function refuseRejection({ rejectedVersion }: VendRequest, invokedArn: string): void {
  if (rejectedVersion === null || !invokedArn.endsWith(`:${vendOnlyAlias}`)) return;
  const detail = `rejectedVersion: the alias ${vendOnlyAlias} takes no rejections; the alias live does.`;
  throw new VendingError("invalid-request", detail);
}

/** The version or the connection that a caller names does not exist: else anybody's numbers would fill the log. */
function namesNothing(error: unknown): boolean {
  const code = error instanceof VendingError ? error.code : null;
  return code === "invalid-request" || code === "unknown-connection";
}

/** What a caller asks of this realm. Fails with `invalid-request` or `unknown-connection`, naming the field. */
export function readVendRequest(event: unknown, realm: RealmId): VendRequest {
  const api = isProxyEvent(event) ? readApiEvent(event) : null;
  return api ? readApiRequest(api, realm) : readPayload(event ?? {});
}

function readPayload(payload: unknown): VendRequest {
  const { account, minValiditySeconds, rejectedVersion, ...proof } = parse(
    vendPayload,
    payload,
    "payload",
  );
  return {
    account: requireAccount(account ?? "default"),
    minValiditySeconds: minValiditySeconds ?? 0,
    rejectedVersion: rejectedVersion ?? null,
    ...proof,
  };
}

function readApiRequest(event: ApiEvent, realm: RealmId): VendRequest {
  const { account, below } = readPath(event.path, realm);
  requireMethod(event.httpMethod, below === undefined ? "GET" : "POST");
  const query = readQuery(event);
  if (below !== "rejections") {
    return { account, rejectedVersion: null, ...parse(vendQuery, query, "query") };
  }
  parse(v.strictObject({}), query, "query");
  const { version, ...proof } = parse(rejectionBody, readBody(event), "body");
  return { account, minValiditySeconds: 0, rejectedVersion: version, ...proof };
}

/** `with-link` vends as well: API Gateway forwards it to the alias whose callers may have links. */
const tokenPath = /\/v1\/tokens\/([^/]+)\/([^/]+)\/([^/]+?)(?:\/(rejections|with-link))?\/?$/;

function readPath(path: string, realm: RealmId): { account: string; below: string | undefined } {
  const match = tokenPath.exec(path);
  if (!match) throw unknownPath();
  return { account: requireConnection(match, realm), below: match[4] };
}

/** Headers that callers have to send besides the token's. */
interface HeaderSettings {
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
  /** Those of one account, which replace the realm's of the same name. */
  readonly accountHeaders?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Headers, and the attribute that each carries; left out where the credential has none. */
  readonly attributeHeaders?: Readonly<Record<string, string>> | undefined;
}

/** Makes answers. What stays the same for a credential that is vended again and again is made once. */
function answering(settings: HeaderSettings): (credential: Credential) => VendAnswer {
  const written = new WeakMap<Credential, UnchangingPart>();
  return (credential) => {
    const { connection, version, fingerprint, presentation } = credential;
    const { headerName, scheme } = presentation;
    const token = credential.token.expose();
    let unchanging = written.get(credential);
    if (!unchanging) {
      unchanging = unchangingOf(credential, settings);
      written.set(credential, unchanging);
    }
    return {
      connection,
      version,
      header: { name: headerName, value: scheme ? `${scheme} ${token}` : token },
      token,
      fingerprint,
      ...unchanging,
    };
  };
}

type UnchangingPart = Omit<
  VendAnswer,
  "connection" | "version" | "header" | "token" | "fingerprint"
>;

function unchangingOf(credential: Credential, settings: HeaderSettings): UnchangingPart {
  const { issuedAt, usableUntil, expiresAt, grantedScope, attributes } = credential;
  const extraHeaders = headersOf(credential, settings);
  return {
    ...(Object.keys(extraHeaders).length > 0 && { extraHeaders }),
    issuedAt: issuedAt.toISOString(),
    usableUntil: usableUntil?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    ...(grantedScope !== undefined && { grantedScope }),
    ...(attributes && { attributes }),
  };
}

function headersOf(
  { connection, attributes = {} }: Credential,
  { extraHeaders, accountHeaders = {}, attributeHeaders = {} }: HeaderSettings,
): Readonly<Record<string, string>> {
  const account = accountOf(connection);
  const own = Object.hasOwn(accountHeaders, account) ? accountHeaders[account] : {};
  const ofAttributes = Object.entries(attributeHeaders).flatMap(([name, attribute]) => {
    const value = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...extraHeaders, ...own, ...Object.fromEntries(ofAttributes) };
}
