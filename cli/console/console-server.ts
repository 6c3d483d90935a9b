import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import * as v from "valibot";
import { listen } from "../../local/aws/listen.ts";
import { ActionError } from "./action-error.ts";
import type { OperatorAction } from "./operator-action.ts";
import { operatorAction } from "./operator-action.ts";
import type { PageFile } from "./page-files.ts";
import { readPageFiles } from "./page-files.ts";
import type { GuardRefusal, RequestGuard } from "./request-guard.ts";
import { refusalOf } from "./request-guard.ts";
import type { ActionRefusal, ActionResult, ConsoleSnapshot } from "./snapshot.ts";

/** What the page shows, and what it may do. */
export interface ConsoleBackend {
  snapshot(): Promise<ConsoleSnapshot>;
  /** Throws an `ActionError` with what to do next. */
  act(action: OperatorAction): Promise<ActionResult>;
}

export interface ConsoleServer {
  /** The address with the key: whoever has it may do what the operator may. */
  readonly link: string;
  readonly origin: string;
  stop(): Promise<void>;
}

const maxBodyBytes = 4096;
/** Longer than a slow person's machine needs, shorter than somebody could block the console with. */
const requestMs = 10_000;
const maxConnections = 64;

/** Scripts and styles are files of ours, and nothing may be put into the page as markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const headersOfEveryAnswer = {
  "content-security-policy": policy,
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Serves the console on loopback, at this port or a free one (0). Throws if the port is taken. */
export async function startConsoleServer(
  backend: ConsoleBackend,
  port: number,
): Promise<ConsoleServer> {
  const files = await readPageFiles();
  const key = randomBytes(32).toString("base64url");
  let guard: RequestGuard | undefined;

  const server = createServer((request, response) => {
    // Nobody else knows of a server that is not listening yet.
    if (!guard) return response.destroy();
    answer(request, response, { backend, files, guard }).catch(() => {
      // Its message may have what was asked for.
      if (!response.headersSent) sendText(response, { status: 500, text: "The console failed." });
      else response.destroy();
    });
    return undefined;
  });
  server.requestTimeout = requestMs;
  server.maxConnections = maxConnections;
  const { port: bound, stop } = await listen(server, port);
  // As browsers write it: without the port if that is 80.
  const { origin } = new URL(`http://127.0.0.1:${bound}`);
  guard = { origin, key };
  return { origin, link: `${origin}/#${key}`, stop };
}

interface Answering {
  readonly backend: ConsoleBackend;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly guard: RequestGuard;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { backend, files, guard }: Answering,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", guard.origin);
  const route = `${request.method} ${pathname}`;
  const file = request.method === "GET" ? files.get(pathname) : undefined;
  const refusal = refusalOf(request, guard, file ? "nothing" : "key");
  if (refusal) return sendText(response, refusal);
  if (file) return send(response, 200, file.type, file.body);
  if (route === "GET /snapshot") return sendJson(response, 200, await backend.snapshot());
  if (route === "POST /act") return act(request, response, backend);
  sendText(response, { status: 404, text: "There is no such address." });
}

async function act(
  request: IncomingMessage,
  response: ServerResponse,
  backend: ConsoleBackend,
): Promise<void> {
  const action = v.safeParse(operatorAction, await readJson(request));
  if (!action.success) return refuse(response, 400, "The console does not know this action.");
  try {
    sendJson(response, 200, await backend.act(action.output));
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    refuse(response, 409, error.message);
  }
}

/** Undefined for what is too long or no JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, problem: string): void {
  const refusal: ActionRefusal = { problem };
  sendJson(response, status, refusal);
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, status, "application/json", Buffer.from(JSON.stringify(value)));
}

function sendText(response: ServerResponse, { status, text }: GuardRefusal): void {
  send(response, status, "text/plain; charset=utf-8", Buffer.from(`${text}\n`));
}

function send(response: ServerResponse, status: number, type: string, body: Uint8Array): void {
  response.writeHead(status, {
    ...headersOfEveryAnswer,
    "content-type": type,
    "content-length": body.length,
  });
  response.end(body);
}
