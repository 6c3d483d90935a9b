import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import type { CallTimes, Clock } from "../model/clock.ts";
import { rejectOnAbort, timeCall } from "../model/clock.ts";
import type { Sensitive, Unprintable } from "../model/sensitive.ts";
import { unprintable } from "../model/sensitive.ts";
import { readAnswer } from "./http-answer.ts";
import type { NetworkPolicy, Resolve } from "./network-guard.ts";
import {
  addressGuard,
  ForbiddenAddressError,
  guardedLookup,
  literalAddress,
} from "./network-guard.ts";
import { tlsSettings } from "./tls-settings.ts";

/** One request to a provider. It is never redirected, never retried, and never uses a kept-alive connection. */
export interface HttpRequest extends Unprintable {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Presented in the TLS handshake if the provider requests one. */
  readonly clientCertificate?: ClientCertificate;
}

/** PEM: the chain from leaf to root, and the leaf's private key. */
export interface ClientCertificate {
  readonly chain: string;
  readonly key: Sensitive;
}

/** Timed on our clock from just before the request is sent until the whole answer is received. */
export interface HttpResponse extends CallTimes, Unprintable {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Null when it is longer than 64 KB, compressed although we did not accept that, or not UTF-8. */
  readonly body: string | null;
}

/**
 * Why there is no answer. `certificate`: the provider refused ours in the TLS handshake. `forbidden`: the provider's host
 * is in a network to which no connection is allowed. `sent`: the provider may have processed the request.
 */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: "timeout" | "network" | "certificate" | "forbidden";
  readonly sent: boolean;

  constructor(kind: HttpFailure["kind"], sent: boolean) {
    super(`No answer: ${kind}`);
    this.kind = kind;
    this.sent = sent;
  }
}

/** Sends one request. Fails with `HttpFailure` only, which holds neither request nor answer. */
export type SendHttp = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

const maxHeaderBytes = 16 * 1024;

/**
 * `SendHttp` with Node's own client, loaded at the first request. Without a pool, no stale socket can lose an answer.
 * Without `resolve` the machine resolves host names.
 */
export function nodeHttp(clock: Clock, policy: NetworkPolicy, resolve?: Resolve): SendHttp {
  let guard: ConnectionGuard | undefined;
  return async (request, signal) => {
    guard ??= connectionGuard(policy, resolve ?? process.getBuiltinModule("node:dns").lookup);
    const end = timeCall(clock);
    const progress = { sent: false, answered: false };
    // Node's own abort does not cover every state of a request, and a call must end in all of them.
    const outOfTime = () => new Error("The call's time is up.");
    const answer = await rejectOnAbort(
      exchange(request, guard, signal, progress),
      signal,
      outOfTime,
    ).catch((error: unknown) => toHttpFailure(error, signal, progress));
    if (answer instanceof HttpFailure) throw answer;
    return unprintable<HttpResponse>({ ...answer, ...end() });
  };
}

interface ConnectionGuard {
  readonly lookup: LookupFunction;
  /** Fails for an address to which no connection is allowed. Names are checked by `lookup`. */
  checkUrl(url: URL): void;
}

function connectionGuard(policy: NetworkPolicy, resolve: Resolve): ConnectionGuard {
  const isAllowed = addressGuard(policy);
  return {
    lookup: guardedLookup(isAllowed, resolve),
    checkUrl({ protocol, hostname }) {
      const address = literalAddress(hostname);
      const isEncrypted = protocol === "https:" || policy.allowsLoopback;
      if (isEncrypted && (address === null || isAllowed(address))) return;
      throw new ForbiddenAddressError("No connection to this address is allowed.");
    },
  };
}

interface Progress {
  sent: boolean;
  answered: boolean;
}

async function exchange(
  { method, url: address, headers, body, clientCertificate }: HttpRequest,
  { lookup, checkUrl }: ConnectionGuard,
  signal: AbortSignal,
  progress: Progress,
): Promise<Pick<HttpResponse, "status" | "headers" | "body">> {
  const url = new URL(address);
  checkUrl(url);
  const isSecure = url.protocol === "https:";
  // Not imported, because the ESM facade of these modules adds 25 ms to a cold start.
  const { request } = process.getBuiltinModule(isSecure ? "node:https" : "node:http");
  const { response, body: stream } = await new Promise<Received>((resolve, reject) => {
    const options = {
      ...{ method, headers, signal, lookup, agent: false },
      ...{ insecureHTTPParser: false, maxHeaderSize: maxHeaderBytes },
      ...tlsOptions(clientCertificate),
    };
    const outgoing = request(url, options, (incoming) =>
      resolve({ response: incoming, body: incoming }),
    );
    outgoing.on("socket", (socket) => {
      socket.once(isSecure ? "secureConnect" : "connect", () => {
        progress.sent = true;
      });
    });
    // 101 (RFC 9110 §15.2.2): no other protocol is supported.
    outgoing.on("upgrade", (incoming, socket) => {
      socket.destroy();
      resolve({ response: incoming, body: null });
    });
    outgoing.on("error", reject);
    outgoing.on("close", () => reject(new Error("The connection was closed without an answer.")));
    outgoing.end(body);
  });
  progress.answered = true;
  const text = stream && (await readAnswer(stream));
  // A body without a stated length looks complete when an abort cuts it off.
  signal.throwIfAborted();
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

/** A response; without a body after a protocol upgrade. */
interface Received {
  readonly response: IncomingMessage;
  readonly body: IncomingMessage | null;
}

function tlsOptions(certificate: ClientCertificate | undefined): object {
  if (!certificate) return tlsSettings;
  return { ...tlsSettings, cert: certificate.chain, key: certificate.key.expose() };
}

/** TLS alerts about a client certificate or its signature, by their numbers in RFC 8446 §6, as OpenSSL reports them. */
const certificateAlert = /\bSSL alert number (42|43|44|45|46|48|49|51|116)\b/;

/**
 * With TLS 1.3 the request is sent before the provider has validated the certificate. An alert about the certificate
 * means that it has not processed the request.
 */
function toHttpFailure(
  error: unknown,
  signal: AbortSignal,
  { sent, answered }: Progress,
): HttpFailure {
  if (error instanceof ForbiddenAddressError) return new HttpFailure("forbidden", false);
  if (signal.aborted) return new HttpFailure("timeout", sent);
  const isRefused = error instanceof Error && certificateAlert.test(error.message);
  return isRefused && !answered
    ? new HttpFailure("certificate", false)
    : new HttpFailure("network", sent);
}
