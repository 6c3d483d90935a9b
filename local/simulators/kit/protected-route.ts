import type {
  AccessRefusalReason,
  CredentialVerifier,
  PresentedCredential,
  RefusalResponder,
} from "./gate.ts";
import type { SimulatedReply } from "./reply.ts";
import { jsonReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import type { SimulatedRoute } from "./route.ts";

export interface ProtectedRouteOptions {
  readonly name: string;
  readonly methods?: readonly string[];
  readonly path: string | RegExp;
  readonly verifier: CredentialVerifier;
  readonly readCredential: (request: SimulatedRequest) => PresentedCredential;
  readonly refuse: RefusalResponder;
  /** Rules that come after authentication: roles, environments, limits. */
  readonly authorize?: (
    request: SimulatedRequest,
    credential: string,
  ) => AccessRefusalReason | undefined;
  readonly respond?: (request: SimulatedRequest, credential: string) => SimulatedReply;
}

/** An API route that opens for live credentials only. */
export function protectedRoute(options: ProtectedRouteOptions): SimulatedRoute {
  const { name, path, verifier, readCredential, refuse, authorize, respond = pong } = options;

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
      const reply = respond(request, credential);
      verifier.recordUse(name, presented, reply.status);
      return reply;
    },
    recordRefusal: (request, status) =>
      verifier.recordRefusal(name, readCredential(request), status, "fault"),
  };
}

/** Says how much body arrived, so that a caller can see that it was sent again in full. */
function pong(request: SimulatedRequest): SimulatedReply {
  return jsonReply(200, { ping: "pong", receivedBytes: Buffer.byteLength(request.body) });
}
