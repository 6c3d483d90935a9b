import type { ScriptedFault } from "./faults.ts";
import type { SimulatedReply } from "./reply.ts";
import { bytesOf, jsonReply, textReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";

/** A reply after a fault was applied, and how it is sent. */
export interface FaultedReply {
  readonly reply: SimulatedReply;
  readonly ending: "complete" | "half-body" | "nothing";
  readonly pauseMs?: number;
  readonly pauseInBodyMs?: number;
  readonly padding?: { readonly bytes: number; readonly isGzipped: boolean };
}

type FaultOf<Kind extends ScriptedFault["kind"]> = Extract<ScriptedFault, { kind: Kind }>;

/** `handled` is undefined if the fault prevented the request from taking effect. */
export function applyFault(
  fault: ScriptedFault | undefined,
  request: SimulatedRequest,
  handled: SimulatedReply | undefined,
): FaultedReply {
  const reply = handled ?? jsonReply(200, {});
  const { credential: _removed, ...replyWithoutToken } = reply;
  switch (fault?.kind) {
    case undefined:
    case "same-token":
    case "corrupt-id-token":
      return complete(reply);
    case "delay":
      return { ...complete(reply), pauseMs: fault.when === "after-handling" ? fault.ms : 0 };
    case "delay-body":
      return { ...complete(reply), pauseInBodyMs: fault.ms };
    case "respond":
      return complete(literalReply(fault));
    case "destroy":
      return {
        reply: replyWithoutToken,
        ending: fault.when === "half-body" ? "half-body" : "nothing",
      };
    case "throttle":
      return complete(throttled(fault));
    case "redirect":
      return complete(textReply(fault.status, "", { location: fault.location }));
    case "oversized":
    case "gzip-bomb":
      return {
        ...complete(replyWithoutToken),
        padding: { bytes: fault.bytes, isGzipped: fault.kind === "gzip-bomb" },
      };
    case "truncate":
      return complete({ ...replyWithoutToken, body: { raw: firstHalf(bytesOf(reply.body)) } });
    case "byte-order-mark":
      return complete({ ...reply, body: { raw: `\uFEFF${bytesOf(reply.body)}` } });
    case "echo":
      return complete(jsonReply(fault.status, { message: echoOfRequest(request, handled) }));
    case "override-body":
      return complete(changeBody(reply, fault.override));
    case "rewrite-location":
      return complete(changeLocation(reply, fault.set));
    case "patch-body":
      return complete(changeBody(reply, (body) => mergePatch(body, fault.patch)));
  }
}

export function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function complete(reply: SimulatedReply): FaultedReply {
  return { reply, ending: "complete" };
}

function changeBody(reply: SimulatedReply, change: (body: unknown) => unknown): SimulatedReply {
  const isChangeable = reply.status < 300 && "json" in reply.body;
  if (!isChangeable) return reply;
  const changed = { ...reply, body: { json: change(structuredClone(reply.body.json)) } };
  const { credential, ...withoutCredential } = changed;
  const stillThere = credential && bytesOf(changed.body).includes(credential.value);
  return stillThere ? changed : withoutCredential;
}

function changeLocation(
  reply: SimulatedReply,
  set: FaultOf<"rewrite-location">["set"],
): SimulatedReply {
  const { location } = reply.headers;
  if (location === undefined) return reply;
  const url = new URL(location);
  for (const [name, value] of Object.entries(set)) {
    url.searchParams.delete(name);
    for (const one of [value ?? []].flat()) url.searchParams.append(name, one);
  }
  return { ...reply, headers: { ...reply.headers, location: url.href } };
}

function literalReply({ status, headers, body }: FaultOf<"respond">): SimulatedReply {
  return textReply(status, body, { "content-type": "application/json", ...headers });
}

/** 429 (RFC 6585 §4), with the body of Centrapay, of an OAuth server, or of a gateway. */
function throttled({ shape, retryAfter }: FaultOf<"throttle">): SimulatedReply {
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  switch (shape) {
    case "centrapay":
      return jsonReply(
        429,
        { statusCode: 429, error: "Too Many Requests", message: "RATE_LIMIT_EXCEEDED" },
        headers,
      );
    case "oauth":
      return jsonReply(429, { error: "temporarily_unavailable" }, headers);
    case "text":
      return textReply(429, "Too Many Requests", headers);
  }
}

function echoOfRequest(request: SimulatedRequest, handled: SimulatedReply | undefined): string {
  const authorization = request.headers.authorization ?? "";
  const received = [
    authorization,
    Buffer.from(authorization.replace(/^Basic /i, ""), "base64"),
    request.headers["x-api-key"],
    request.body,
    handled && bytesOf(handled.body),
  ];
  return `cannot process ${received.filter(Boolean).join(" | ")}`;
}

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
