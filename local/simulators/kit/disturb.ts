import type { ScriptedFault } from "./fault.ts";
import { mergePatch } from "./merge-patch.ts";
import type { Reply } from "./reply.ts";
import { bytesOf, jsonReply, textReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";

/** A reply, and the way in which it will reach the caller. */
export interface Delivery {
  readonly reply: Reply;
  readonly ending: "complete" | "half-body" | "nothing";
  readonly pauseMs?: number;
  readonly pauseInBodyMs?: number;
  readonly padding?: { readonly bytes: number; readonly isGzipped: boolean };
}

type FaultOf<Kind extends ScriptedFault["kind"]> = Extract<ScriptedFault, { kind: Kind }>;

/** `handled` is undefined when the fault came before the request took effect. */
export function disturb(
  fault: ScriptedFault | undefined,
  request: SimulatedRequest,
  handled: Reply | undefined,
): Delivery {
  const reply = handled ?? jsonReply(200, {});
  const { carries: _lost, ...stranger } = reply;
  switch (fault?.kind) {
    case undefined:
    case "same-token":
    case "spoil-id-token":
      return whole(reply);
    case "delay":
      return { ...whole(reply), pauseMs: fault.when === "after-handling" ? fault.ms : 0 };
    case "delay-body":
      return { ...whole(reply), pauseInBodyMs: fault.ms };
    case "respond":
      return whole(literal(fault));
    case "destroy":
      return { reply: stranger, ending: fault.when === "half-body" ? "half-body" : "nothing" };
    case "throttle":
      return whole(throttled(fault));
    case "redirect":
      return whole(textReply(fault.status, "", { location: fault.location }));
    case "oversized":
    case "gzip-bomb":
      return {
        ...whole(stranger),
        padding: { bytes: fault.bytes, isGzipped: fault.kind === "gzip-bomb" },
      };
    case "truncate":
      return whole({ ...stranger, body: { raw: firstHalf(bytesOf(reply.body)) } });
    case "byte-order-mark":
      return whole({ ...reply, body: { raw: `\uFEFF${bytesOf(reply.body)}` } });
    case "echo":
      return whole(jsonReply(fault.status, { message: everythingSeen(request, handled) }));
    case "override-body":
      return whole(withBody(reply, fault.override));
    case "rewrite-location":
      return whole(withLocation(reply, fault.set));
    case "patch-body":
      return whole(withBody(reply, (body) => mergePatch(body, fault.patch)));
  }
}

export function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function whole(reply: Reply): Delivery {
  return { reply, ending: "complete" };
}

function withBody(reply: Reply, change: (body: unknown) => unknown): Reply {
  const isChangeable = reply.status < 300 && "json" in reply.body;
  if (!isChangeable) return reply;
  const changed = { ...reply, body: { json: change(structuredClone(reply.body.json)) } };
  const { carries, ...withoutCredential } = changed;
  const stillThere = carries && bytesOf(changed.body).includes(carries.value);
  return stillThere ? changed : withoutCredential;
}

function withLocation(reply: Reply, set: FaultOf<"rewrite-location">["set"]): Reply {
  const { location } = reply.headers;
  if (location === undefined) return reply;
  const url = new URL(location);
  for (const [name, value] of Object.entries(set)) {
    url.searchParams.delete(name);
    for (const one of [value ?? []].flat()) url.searchParams.append(name, one);
  }
  return { ...reply, headers: { ...reply.headers, location: url.href } };
}

function literal({ status, headers, body }: FaultOf<"respond">): Reply {
  return textReply(status, body, { "content-type": "application/json", ...headers });
}

/** 429 as RFC 6585 §4 has it; the bodies are Centrapay's, an OAuth server's and a gateway's. */
function throttled({ shape, retryAfter }: FaultOf<"throttle">): Reply {
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

function everythingSeen(request: SimulatedRequest, handled: Reply | undefined): string {
  const authorization = request.headers.authorization ?? "";
  const seen = [
    authorization,
    Buffer.from(authorization.replace(/^Basic /i, ""), "base64"),
    request.headers["x-api-key"],
    request.body,
    handled && bytesOf(handled.body),
  ];
  return `cannot process ${seen.filter(Boolean).join(" | ")}`;
}
