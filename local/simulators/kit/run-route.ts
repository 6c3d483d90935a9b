import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultedReply } from "./apply-fault.ts";
import { applyFault } from "./apply-fault.ts";
import type { ScriptedFault } from "./faults.ts";
import { takesEffect } from "./faults.ts";
import type { ReplyCredential, SimulatedReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import type { SimulatedRoute } from "./route.ts";
import { sendReply } from "./send-reply.ts";
import type { SimulatorContext } from "./simulator-context.ts";

export interface RouteRun {
  readonly world: SimulatorContext;
  readonly route: SimulatedRoute;
  readonly fault: ScriptedFault | undefined;
  readonly signal: AbortSignal;
}

/**
 * One request through one route. A request that has arrived takes effect even when its caller
 * hangs up while it waits: that is how a real provider issues a token that nobody receives.
 */
export async function runRoute(
  play: RouteRun,
  request: SimulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const end = countInFlight(play, request, response);
  try {
    await handleAndReply(play, request, response);
  } finally {
    end();
  }
}

async function handleAndReply(
  play: RouteRun,
  request: SimulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const { world, route, fault, signal } = play;
  if (fault) world.journal.record({ kind: "fault", fault: fault.kind, route: route.name });
  const pauseMs = world.settings.latencyMs + delayBefore(fault);
  if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });

  const handled = takesEffect(fault) ? await route.handle(withFault(request, fault)) : undefined;
  const delivery = applyFault(fault, request, handled);
  if (isRefusalByFault(handled, delivery)) route.recordRefusal?.(request, delivery.reply.status);
  await trackDelivery(play, handled?.credential, delivery, () =>
    sendReply(delivery, response, signal),
  );
}

/** Returns the way out, which is taken earlier when the caller hangs up. */
function countInFlight(
  { world, route }: RouteRun,
  request: SimulatedRequest,
  response: ServerResponse,
): () => void {
  if (route.revocationScopeOf === undefined || response.destroyed) return () => undefined;
  const leave = world.inFlight.begin(route.revocationScopeOf(request));
  response.once("close", () => leave(response.writableFinished ? "answered" : "hung-up"));
  return () => leave("answered");
}

function delayBefore(fault: ScriptedFault | undefined): number {
  return fault?.kind === "delay" && fault.when === "before-handling" ? fault.ms : 0;
}

function withFault(request: SimulatedRequest, fault: ScriptedFault | undefined): SimulatedRequest {
  if (fault?.kind === "spoil-id-token") return { ...request, corruption: fault.how };
  return fault?.kind === "same-token" ? { ...request, repeatToken: fault.lifetime } : request;
}

function isRefusalByFault(
  handled: SimulatedReply | undefined,
  { reply, ending }: FaultedReply,
): boolean {
  return ending === "complete" && reply.status === 401 && handled?.status !== 401;
}

/** A credential is delivered once a reply that still contains it has gone out whole. */
async function trackDelivery(
  { world, route }: RouteRun,
  carried: ReplyCredential | undefined,
  delivery: FaultedReply,
  send: () => Promise<boolean>,
): Promise<void> {
  const lose = () => {
    if (carried === undefined || carried.wasDelivered) return;
    const { fingerprint } = carried;
    world.journal.record({ kind: "undelivered", route: route.name, fingerprint });
  };
  const isIntact = delivery.reply.credential === carried;
  if (!isIntact) lose();
  let isSent = false;
  try {
    isSent = await send();
  } finally {
    if (isIntact && !isSent) lose();
    if (carried && isIntact && isSent) carried.wasDelivered = true;
  }
}
