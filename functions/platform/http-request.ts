import type { IncomingMessage } from "node:http";
import type { Clock } from "../model/clock.ts";

/** One request to a provider. Never redirected, never repeated, never over a kept connection. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Null when it is longer than any token answer, compressed although nobody asked, or not UTF-8. */
  readonly body: string | null;
  /** Just before the request was sent and just after the whole answer was there, on our clock. */
  readonly requestedAt: Date;
  readonly receivedAt: Date;
}

/** Why there is no answer. `sent`: the provider may have acted all the same. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: "timeout" | "network";
  readonly sent: boolean;

  constructor(kind: HttpFailure["kind"], sent: boolean) {
    super(`No answer: ${kind}`);
    this.kind = kind;
    this.sent = sent;
  }
}

/** Sends one request; fails with `HttpFailure` only, which holds neither request nor answer. */
export type SendHttp = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

/** More than any token answer needs. */
const longestBodyBytes = 64 * 1024;

/** `SendHttp` over Node's own client, loaded at the first request: no pool, so no stale socket loses an answer. */
export function nodeHttp(clock: Clock): SendHttp {
  return async (request, signal) => {
    const requestedAt = clock.now();
    const progress = { sent: false };
    const answer = await exchange(request, signal, progress).catch(() => null);
    if (!answer) throw new HttpFailure(signal.aborted ? "timeout" : "network", progress.sent);
    return { ...answer, requestedAt, receivedAt: clock.now() };
  };
}

async function exchange(
  { method, url: address, headers, body }: HttpRequest,
  signal: AbortSignal,
  progress: { sent: boolean },
): Promise<Pick<HttpResponse, "status" | "headers" | "body">> {
  const url = new URL(address);
  const isSecure = url.protocol === "https:";
  // Not imported: the ESM facade of these modules costs a cold start 25 ms.
  const { request } = process.getBuiltinModule(isSecure ? "node:https" : "node:http");
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(url, { method, headers, signal, agent: false }, resolve);
    outgoing.on("socket", (socket) => {
      socket.once(isSecure ? "secureConnect" : "connect", () => {
        progress.sent = true;
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
  const text = await readText(response);
  // A body of no stated length ends like a whole one when it is cut off.
  signal.throwIfAborted();
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

async function readText(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBodyBytes) return null;
    chunks.push(chunk);
  }
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return null;
  }
}
