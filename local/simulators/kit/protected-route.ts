import { fingerprintOf } from "./journal.ts";
import type { SimulatedReply } from "./reply.ts";
import { jsonReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import { headerOf } from "./request.ts";
import type { SimulatedRoute } from "./route.ts";
import type { SimulatorContext } from "./simulator-context.ts";
import type { CredentialState, IssuedCredential } from "./token-ledger.ts";

export interface ProtectedRouteOptions {
  readonly name: string;
  readonly methods?: readonly string[];
  readonly path: string | RegExp;
  readonly verifier: CredentialVerifier;
  readonly readCredential: (request: SimulatedRequest) => PresentedCredential;
  readonly refuse: RefusalResponder;
  /** Checks after authentication: roles, environments, rate limits. */
  readonly authorize?: (
    request: SimulatedRequest,
    credential: string,
  ) => AccessRefusalReason | undefined;
  readonly respond?: (request: SimulatedRequest, credential: string) => SimulatedReply;
  /** What has to be sent besides this credential: header values by their names. */
  readonly headersBeside?: ((credential: string) => Readonly<Record<string, string>>) | undefined;
}

/** An API route that accepts live credentials only. */
export function protectedRoute(options: ProtectedRouteOptions): SimulatedRoute {
  const { name, path, verifier, readCredential, refuse, authorize, respond = pong } = options;
  const { headersBeside = () => ({}) } = options;

  return {
    name,
    methods: options.methods ?? ["GET", "POST"],
    path,
    handle(request) {
      const presented = readCredential(request);
      const credential = "credential" in presented ? presented.credential : "";
      const reason = verifier.verify(presented) ?? authorize?.(request, credential);
      if (reason !== undefined) {
        const refusal = refuse(reason, credential);
        verifier.recordRefusal(name, presented, refusal.status, reason);
        return refusal;
      }
      const missing = missingHeader(request, headersBeside(credential));
      if (missing !== undefined) {
        verifier.recordRefusal(name, presented, 400, "missing-header");
        return jsonReply(400, { message: `Bad Request: ${missing}` });
      }
      const reply = respond(request, credential);
      verifier.recordUse(name, presented, reply.status);
      return reply;
    },
    recordRefusal: (request, status) =>
      verifier.recordRefusal(name, readCredential(request), status, "fault"),
  };
}

/** The first header without its value. */
const missingHeader = (request: SimulatedRequest, headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).find(
    // Spaces around a value are none of it (RFC 9110 §5.5).
    ([name, value]) => headerOf(request, name) !== value.trim(),
  )?.[0];

/** States the body's size, so that a caller can check that a retried body was sent in full. */
function pong(request: SimulatedRequest): SimulatedReply {
  return jsonReply(200, { ping: "pong", receivedBytes: Buffer.byteLength(request.body) });
}

/** The credential of a request, or why there is none. */
export type PresentedCredential =
  | { readonly credential: string }
  /** `malformedValue`: what was sent instead of a well-formed credential. */
  | { readonly reason: "missing" | "malformed"; readonly malformedValue?: string };

export type AccessRefusalReason =
  | "missing"
  | "malformed"
  | "forbidden"
  | "wrong-environment"
  | "rate-limited"
  | Exclude<CredentialState, "live">;

/** Builds the reply to a refused request. */
export type RefusalResponder = (reason: AccessRefusalReason, credential: string) => SimulatedReply;

/** Verifies the credentials of protected routes, and records each decision in the journal. */
export interface CredentialVerifier {
  verify(presented: PresentedCredential): AccessRefusalReason | undefined;
  recordUse(route: string, presented: PresentedCredential, status: number): void;
  recordRefusal(
    route: string,
    presented: PresentedCredential,
    status: number,
    reason: string,
  ): void;
}

export interface CredentialStates {
  state(value: string): AccessRefusalReason | "live";
  find(value: string): IssuedCredential | undefined;
}

export function createCredentialVerifier(
  { journal }: SimulatorContext,
  credentials: CredentialStates,
): CredentialVerifier {
  function identify(presented: PresentedCredential) {
    const presentedValue =
      "credential" in presented ? presented.credential : presented.malformedValue;
    if (presentedValue === undefined) return {};
    const known = credentials.find(presentedValue);
    const owner = known && { clientId: known.clientId, revocationScope: known.revocationScope };
    return { fingerprint: fingerprintOf(presentedValue), ...owner };
  }

  return {
    verify(presented) {
      if ("reason" in presented) return presented.reason;
      const state = credentials.state(presented.credential);
      return state === "live" ? undefined : state;
    },
    recordUse(route, presented, status) {
      journal.record({ kind: "use", route, status, ...identify(presented) });
    },
    recordRefusal(route, presented, status, reason) {
      const known = "credential" in presented ? credentials.find(presented.credential) : undefined;
      if (known && status === 401) known.wasRefused = true;
      journal.record({ kind: "refuse-use", route, status, reason, ...identify(presented) });
    },
  };
}

/** RFC 6750 §2.1. A token without its scheme is malformed. */
export function readBearer(request: SimulatedRequest): PresentedCredential {
  return readCredentialHeader(request, "authorization", "Bearer");
}

/** Reads a header's credential, after its scheme if it needs one (case-insensitive: RFC 9110 §11.1). */
export function readCredentialHeader(
  request: SimulatedRequest,
  headerName: string,
  scheme?: string,
): PresentedCredential {
  const header = headerOf(request, headerName);
  if (!header) return { reason: "missing" };
  const prefix = scheme === undefined ? "" : `${scheme} `;
  const hasPrefix = header.toLowerCase().startsWith(prefix.toLowerCase());
  const credential = header.slice(prefix.length).trim();
  const isWellFormed = hasPrefix && /^[\x21-\x7e]+$/.test(credential);
  return isWellFormed ? { credential } : { reason: "malformed", malformedValue: header };
}
