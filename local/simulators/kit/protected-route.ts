import type { Gate, Presented, RefusalReason, Refuse } from "./gate.ts";
import type { Reply } from "./reply.ts";
import { jsonReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import type { Route } from "./route.ts";

export interface Protection {
  readonly name: string;
  readonly methods?: readonly string[];
  readonly path: string | RegExp;
  readonly gate: Gate;
  readonly present: (request: SimulatedRequest) => Presented;
  readonly refuse: Refuse;
  /** Rules that come after authentication: roles, environments, limits. */
  readonly refine?: (request: SimulatedRequest, credential: string) => RefusalReason | undefined;
  readonly allow?: (request: SimulatedRequest, credential: string) => Reply;
}

/** An API route that opens for live credentials only. */
export function protectedRoute(protection: Protection): Route {
  const { name, path, gate, present, refuse, refine, allow = pong } = protection;

  return {
    name,
    methods: protection.methods ?? ["GET", "POST"],
    path,
    handle(request) {
      const presented = present(request);
      const credential = "credential" in presented ? presented.credential : "";
      const reason = gate.judge(presented) ?? refine?.(request, credential);
      if (reason !== undefined) {
        const refusal = refuse(reason, credential);
        gate.refused(name, presented, refusal.status, reason);
        return refusal;
      }
      const reply = allow(request, credential);
      gate.admitted(name, presented, reply.status);
      return reply;
    },
    noteRefusal: (request, status) => gate.refused(name, present(request), status, "fault"),
  };
}

/** Says how much body arrived, so that a caller can see that it was sent again in full. */
function pong(request: SimulatedRequest): Reply {
  return jsonReply(200, { ping: "pong", receivedBytes: Buffer.byteLength(request.body) });
}
