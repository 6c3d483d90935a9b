import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { deliver } from "./deliver.ts";
import type { Delivery } from "./disturb.ts";
import { disturb } from "./disturb.ts";
import type { ScriptedFault } from "./fault.ts";
import { takesEffect } from "./fault.ts";
import type { CarriedCredential, Reply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import type { Route } from "./route.ts";
import type { World } from "./world.ts";

export interface Play {
  readonly world: World;
  readonly route: Route;
  readonly fault: ScriptedFault | undefined;
  readonly signal: AbortSignal;
}

/**
 * One request through one route. A request that has arrived takes effect even when its caller
 * hangs up while it waits: that is how a real provider issues a token that nobody receives.
 */
export async function playRoute(
  play: Play,
  request: SimulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const leave = countInFlight(play, request, response);
  try {
    await handleAndDeliver(play, request, response);
  } finally {
    leave();
  }
}

async function handleAndDeliver(
  play: Play,
  request: SimulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const { world, route, fault, signal } = play;
  if (fault) world.journal.record({ kind: "fault", fault: fault.kind, route: route.name });
  const pauseMs = world.settings.latencyMs + pauseBefore(fault);
  if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });

  const handled = takesEffect(fault) ? await route.handle(asFaulted(request, fault)) : undefined;
  const delivery = disturb(fault, request, handled);
  if (isRefusalByFault(handled, delivery)) route.noteRefusal?.(request, delivery.reply.status);
  await carry(play, handled?.carries, delivery, () => deliver(delivery, response, signal));
}

/** Returns the way out, which is taken earlier when the caller hangs up. */
function countInFlight(
  { world, route }: Play,
  request: SimulatedRequest,
  response: ServerResponse,
): () => void {
  if (route.scopeOf === undefined || response.destroyed) return () => undefined;
  const leave = world.inFlight.enter(route.scopeOf(request));
  response.once("close", () => leave(response.writableFinished ? "answered" : "hung-up"));
  return () => leave("answered");
}

function pauseBefore(fault: ScriptedFault | undefined): number {
  return fault?.kind === "delay" && fault.when === "before-handling" ? fault.ms : 0;
}

function asFaulted(request: SimulatedRequest, fault: ScriptedFault | undefined): SimulatedRequest {
  if (fault?.kind === "spoil-id-token") return { ...request, spoiling: fault.how };
  return fault?.kind === "same-token" ? { ...request, repeat: fault.lifetime } : request;
}

function isRefusalByFault(handled: Reply | undefined, { reply, ending }: Delivery): boolean {
  return ending === "complete" && reply.status === 401 && handled?.status !== 401;
}

/** A credential is delivered once a reply that still contains it has gone out whole. */
async function carry(
  { world, route }: Play,
  carried: CarriedCredential | undefined,
  delivery: Delivery,
  send: () => Promise<boolean>,
): Promise<void> {
  const lose = () => {
    if (carried === undefined || carried.wasDelivered) return;
    const { fingerprint } = carried;
    world.journal.record({ kind: "undelivered", route: route.name, fingerprint });
  };
  const isIntact = delivery.reply.carries === carried;
  if (!isIntact) lose();
  let isSent = false;
  try {
    isSent = await send();
  } finally {
    if (isIntact && !isSent) lose();
    if (carried && isIntact && isSent) carried.wasDelivered = true;
  }
}
