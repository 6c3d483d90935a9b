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
  readonly context: SimulatorContext;
  readonly route: SimulatedRoute;
  readonly fault: ScriptedFault | undefined;
  readonly signal: AbortSignal;
}

/**
 * Handles one request. A request that has arrived takes effect even if its caller disconnects, just as a real provider
 * may issue a token that nobody receives.
 */
export async function runRoute(
  run: RouteRun,
  request: SimulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const end = countInFlight(run, request, response);
  try {
    await handleAndReply(run, request, response);
  } finally {
    end();
  }
}

async function handleAndReply(
  run: RouteRun,
  request: SimulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const { context, route, fault, signal } = run;
  if (fault) context.journal.record({ kind: "fault", fault: fault.kind, route: route.name });
  const delayMs = context.settings.latencyMs + delayBefore(fault);
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });

  const handled = takesEffect(fault) ? await route.handle(withFault(request, fault)) : undefined;
  const faulted = applyFault(fault, request, handled);
  if (isRefusalByFault(handled, faulted)) route.recordRefusal?.(request, faulted.reply.status);
  await trackDelivery(run, handled?.credential, faulted, () =>
    sendReply(faulted, response, signal),
  );
}

/** Returns a function that ends the request. It ends earlier if the caller disconnects. */
function countInFlight(
  { context, route }: RouteRun,
  request: SimulatedRequest,
  response: ServerResponse,
): () => void {
  if (route.revocationScopeOf === undefined || response.destroyed) return () => undefined;
  const end = context.inFlight.begin(route.revocationScopeOf(request));
  response.once("close", () => end(response.writableFinished ? "answered" : "disconnected"));
  return () => end("answered");
}

function delayBefore(fault: ScriptedFault | undefined): number {
  return fault?.kind === "delay" && fault.when === "before-handling" ? fault.ms : 0;
}

function withFault(request: SimulatedRequest, fault: ScriptedFault | undefined): SimulatedRequest {
  if (fault?.kind === "corrupt-id-token") return { ...request, corruption: fault.how };
  return fault?.kind === "same-token" ? { ...request, repeatToken: fault.lifetime } : request;
}

function isRefusalByFault(
  handled: SimulatedReply | undefined,
  { reply, ending }: FaultedReply,
): boolean {
  return ending === "complete" && reply.status === 401 && handled?.status !== 401;
}

/** A credential counts as delivered when a reply that contains it has been sent completely. */
async function trackDelivery(
  { context, route }: RouteRun,
  credential: ReplyCredential | undefined,
  faulted: FaultedReply,
  send: () => Promise<boolean>,
): Promise<void> {
  const recordUndelivered = () => {
    if (credential === undefined || credential.wasDelivered) return;
    const { fingerprint } = credential;
    context.journal.record({ kind: "undelivered", route: route.name, fingerprint });
  };
  const isIntact = faulted.reply.credential === credential;
  if (!isIntact) recordUndelivered();
  let isSent = false;
  try {
    isSent = await send();
  } finally {
    if (isIntact && !isSent) recordUndelivered();
    if (credential && isIntact && isSent) credential.wasDelivered = true;
  }
}
