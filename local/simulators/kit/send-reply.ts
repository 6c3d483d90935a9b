import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createGzip } from "node:zlib";
import type { FaultedReply } from "./apply-fault.ts";
import { firstHalf } from "./apply-fault.ts";
import type { SimulatedReply } from "./reply.ts";
import { bytesOf } from "./reply.ts";

/** Sends a reply. Returns true if every byte was sent while the caller was still connected. */
export async function sendReply(
  faulted: FaultedReply,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<boolean> {
  if (faulted.pauseMs) await sleep(faulted.pauseMs, undefined, { signal });
  if (response.destroyed || faulted.ending === "nothing") {
    response.destroy();
    return false;
  }
  if (faulted.padding) return sendPadded(faulted.reply, faulted.padding, response);
  const bytes = bytesOf(faulted.reply.body);
  sendHead(faulted.reply, response, { "content-length": String(bytes.length) });
  if (faulted.ending === "half-body") return sendHalf(bytes, response);
  if (faulted.pauseInBodyMs !== undefined) {
    response.write(bytes.subarray(0, 1));
    await sleep(faulted.pauseInBodyMs, undefined, { signal });
    response.end(bytes.subarray(1));
  } else {
    response.end(bytes);
  }
  if (!response.closed) await once(response, "close");
  return response.writableFinished;
}

function sendHead(
  reply: SimulatedReply,
  response: ServerResponse,
  extra: Record<string, string>,
): void {
  response.writeHead(reply.status, { ...extra, ...reply.headers });
}

async function sendHalf(bytes: Buffer, response: ServerResponse): Promise<false> {
  await new Promise((resolve) => response.write(firstHalf(bytes), resolve));
  response.destroy();
  return false;
}

/** The reply's own JSON with a long padding member, so that only a size limit can detect it. */
async function sendPadded(
  reply: SimulatedReply,
  { bytes, isGzipped }: NonNullable<FaultedReply["padding"]>,
  response: ServerResponse,
): Promise<false> {
  const json = "json" in reply.body ? reply.body.json : {};
  const body = paddedJson(json, bytes);
  if (isGzipped) {
    sendHead(reply, response, { "content-encoding": "gzip" });
    await pipeline(body, createGzip({ level: 1 }), response);
  } else {
    sendHead(reply, response, {});
    await pipeline(body, response);
  }
  return false;
}

function* paddedJson(json: unknown, bytes: number): Generator<Buffer> {
  const zeros = Buffer.alloc(64 * 1024, "0");
  const [start, end] = JSON.stringify({ ...Object(json), padding: "|" }).split("|");
  yield Buffer.from(start ?? "");
  for (let left = bytes; left > 0; left -= zeros.length) yield zeros.subarray(0, left);
  yield Buffer.from(end ?? "");
}
