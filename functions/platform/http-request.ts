import type { IncomingMessage } from "node:http";
import type { Clock } from "../model/clock.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { rejectOnAbort } from "./reject-on-abort.ts";

/** One request to a provider. Never redirected, never repeated, never over a kept connection. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Shown in the TLS handshake where the provider asks for one. */
  readonly clientCertificate?: ClientCertificate;
}

/** PEM: the chain from leaf to root, and the leaf's private key. */
export interface ClientCertificate {
  readonly chain: string;
  readonly key: Sensitive;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Null when it is longer than any token answer, compressed without being asked to, or not UTF-8. */
  readonly body: string | null;
  /** Just before the request was sent and just after the whole answer was there, on our clock. */
  readonly requestedAt: Date;
  readonly receivedAt: Date;
}

/**
 * Why there is no answer; `certificate`: ours was refused in the TLS handshake. `sent`: the provider may have acted
 * all the same.
 */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: "timeout" | "network" | "certificate";
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
    const progress = { sent: false, answered: false };
    // Node aborts what it knows to be under way; a call must end whatever it knows.
    const outOfTime = () => new Error("The call's time is up.");
    const answer = await rejectOnAbort(
      exchange(request, signal, progress),
      signal,
      outOfTime,
    ).catch((error: unknown) => toHttpFailure(error, signal, progress));
    if (answer instanceof HttpFailure) throw answer;
    return { ...answer, requestedAt, receivedAt: clock.now() };
  };
}

interface Progress {
  sent: boolean;
  answered: boolean;
}

async function exchange(
  { method, url: address, headers, body, clientCertificate }: HttpRequest,
  signal: AbortSignal,
  progress: Progress,
): Promise<Pick<HttpResponse, "status" | "headers" | "body">> {
  const url = new URL(address);
  const isSecure = url.protocol === "https:";
  // Not imported: the ESM facade of these modules costs a cold start 25 ms.
  const { request } = process.getBuiltinModule(isSecure ? "node:https" : "node:http");
  const { response, body: stream } = await new Promise<Received>((resolve, reject) => {
    const options = { method, headers, signal, agent: false, ...tlsOptions(clientCertificate) };
    const outgoing = request(url, options, (incoming) =>
      resolve({ response: incoming, body: incoming }),
    );
    outgoing.on("socket", (socket) => {
      socket.once(isSecure ? "secureConnect" : "connect", () => {
        progress.sent = true;
      });
    });
    // 101 (RFC 9110 §15.2.2): nobody here speaks another protocol.
    outgoing.on("upgrade", (incoming, socket) => {
      socket.destroy();
      resolve({ response: incoming, body: null });
    });
    outgoing.on("error", reject);
    outgoing.on("close", () => reject(new Error("The connection was closed without an answer.")));
    outgoing.end(body);
  });
  progress.answered = true;
  const text = stream && (await readText(stream));
  // A body of no stated length ends like a whole one when it is cut off.
  signal.throwIfAborted();
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

/** An answer; without a body where the connection is no longer one of HTTP. */
interface Received {
  readonly response: IncomingMessage;
  readonly body: IncomingMessage | null;
}

function tlsOptions(certificate: ClientCertificate | undefined): object {
  return certificate ? { cert: certificate.chain, key: certificate.key.expose() } : {};
}

/** Alerts about a client's certificate or its signature, by their numbers in RFC 8446 §6, as OpenSSL tells them. */
const certificateAlert = /\bSSL alert number (42|43|44|45|46|48|49|51|116)\b/;

/**
 * With TLS 1.3 the request is under way before the provider has looked at the certificate: its alert says that it has
 * read nothing else.
 */
function toHttpFailure(
  error: unknown,
  signal: AbortSignal,
  { sent, answered }: Progress,
): HttpFailure {
  if (signal.aborted) return new HttpFailure("timeout", sent);
  const isRefused = error instanceof Error && certificateAlert.test(error.message);
  return isRefused && !answered
    ? new HttpFailure("certificate", false)
    : new HttpFailure("network", sent);
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
