import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { CaseAnswer, ConformanceCase } from "./case-schema.ts";

/** Part of everything that must not be printed. */
export const secretMark = "canary";

/** The token that the referee vends as this version. */
export const tokenOf = (version: number) => `${secretMark}-${version}-eyJhbGciOi`;

/** A request to token vending. Instants are of a monotonic clock, in milliseconds. */
interface VendingRequest {
  /** `vend`, `vend minValiditySeconds=60`, `reject 1`; anything else is not a request of the contract. */
  readonly text: string;
  readonly at: number;
  answeredAt: number | null;
}

export interface JudgedCall {
  /** The version whose token was presented; 0 for none. */
  readonly version: number;
  readonly method: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Plays token vending's API and a provider, as a case says, and remembers what it was sent. */
export interface Referee {
  readonly vendingUrl: string;
  readonly providerUrl: string;
  readonly requests: readonly VendingRequest[];
  readonly calls: readonly JudgedCall[];
  stop(): Promise<void>;
}

export const defaultConnection = "conferma/production/default";

/** An answer of token vending over HTTP. */
interface WrittenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Plays token vending: what it answers to a request in words, or null for nothing at all. */
export type PlayedVending = (request: string, ended: AbortSignal) => Promise<WrittenAnswer | null>;

/** The nth request to vend gets the nth answer of the case, and so do reports of a rejection. */
export function scriptedAnswers({ vends = [], rejections = [] }: ConformanceCase) {
  const counts = { vend: 0, reject: 0 };
  return (request: string): CaseAnswer | undefined => {
    const kind = request.startsWith("reject") ? "reject" : "vend";
    const answers = kind === "reject" ? rejections : vends;
    const answer = answers[Math.min(counts[kind], answers.length - 1)];
    counts[kind] += 1;
    return answer;
  };
}

/** Plays exactly what the case says. */
function playScript(script: ConformanceCase): PlayedVending {
  const next = scriptedAnswers(script);
  return async (request, signal) => {
    const answer = next(request) ?? noAnswer;
    if ("silent" in answer) return null;
    await sleep(answer.delayMs ?? 0, undefined, { signal });
    return writeAnswer(answer, script.connection ?? defaultConnection);
  };
}

export async function startReferee(
  script: ConformanceCase,
  vending: PlayedVending = playScript(script),
): Promise<Referee> {
  const { connection = defaultConnection, provider } = script;
  const requests: VendingRequest[] = [];
  const calls: JudgedCall[] = [];
  const ended = new AbortController();

  async function playVending(message: IncomingMessage, body: string, response: ServerResponse) {
    const request: VendingRequest = {
      text: readRequest(message, body, connection),
      at: performance.now(),
      answeredAt: null,
    };
    requests.push(request);
    const answer = await vending(request.text, ended.signal);
    if (!answer) return;
    const { status, contentType, text } = answer;
    response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
    response.end(text);
    request.answeredAt = performance.now();
  }

  async function playProvider(message: IncomingMessage, body: string, response: ServerResponse) {
    const call = readCall(message, body);
    calls.push(call);
    await sleep(provider?.delayMs ?? 0, undefined, { signal: ended.signal });
    const isAccepted = call.version === provider?.accepts;
    const status = isAccepted ? 200 : (provider?.refusal ?? 401);
    response.writeHead(status, status < 400 ? { location: "/provider/elsewhere" } : {});
    response.end(isAccepted ? "welcome" : "denied");
  }

  const server = createServer(async (message, response) => {
    const body = await text(message);
    const play = message.url?.startsWith("/provider") ? playProvider : playVending;
    await play(message, body, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    vendingUrl: `${base}/stage`,
    providerUrl: `${base}/provider`,
    requests,
    calls,
    async stop() {
      ended.abort();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const noAnswer: CaseAnswer = {
  problem: { code: "internal", status: 500, retryable: false, detail: "Not in the script." },
};

function readCall(message: IncomingMessage, body: string): JudgedCall {
  const { method = "", headersDistinct } = message;
  // A header that is sent twice has two values here, and so is not the one expected.
  const headers = Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(", ")]),
  );
  const [token, digits] = /canary-(\d+)-\w+/.exec(headers["authorization"] ?? "") ?? [];
  const isVended = headers["authorization"] === `Bearer ${token}`;
  return { version: isVended ? Number(digits) : 0, method, body, headers };
}

/** A request of the contract in words; any other as it was sent. */
function readRequest(message: IncomingMessage, body: string, connection: string): string {
  const { method, url = "", headers } = message;
  const path = `/stage/v1/tokens/${encodeURIComponent(connection).replaceAll("%2F", "/")}`;
  const [address, query = ""] = url.split("?");
  const isDemand = address === path && /^minValiditySeconds=[1-9]\d*$/.test(query);
  if (method === "GET" && body === "" && isDemand) return `vend ${query}`;
  if (method === "GET" && body === "" && url === path) return "vend";
  const [, version] = /^\{\s*"version"\s*:\s*([1-9]\d*)\s*\}$/.exec(body) ?? [];
  const type = headers["content-type"];
  const report = `POST ${path}/rejections application/json`;
  return version && report === `${method} ${url} ${type}`
    ? `reject ${version}`
    : `${method} ${url} ${type} ${body}`;
}

function writeAnswer(answer: CaseAnswer, connection: string): WrittenAnswer {
  if ("problem" in answer) {
    const { code, status } = answer.problem;
    const type = `https://token-vending.example/problems/${code}`;
    const problem = {
      type,
      title: "A problem",
      detail: "In words.",
      connection,
      ...answer.problem,
    };
    return { status, contentType: "application/problem+json", text: JSON.stringify(problem) };
  }
  if ("body" in answer)
    return { status: answer.status, contentType: answer.contentType, text: answer.body };
  if ("silent" in answer) throw new Error("Nothing is answered here.");
  return {
    status: 200,
    contentType: "application/json",
    text: JSON.stringify(credentialAnswer(answer, connection)),
  };
}

type CredentialScript = Extract<CaseAnswer, { version: number }>;

function credentialAnswer({ version, changes, ...script }: CredentialScript, connection: string) {
  const { usableForSeconds = 300, extraHeaders } = script;
  const issuedAt = Date.now();
  const end = (marginMs: number) =>
    usableForSeconds === null
      ? null
      : new Date(issuedAt + usableForSeconds * 1000 + marginMs).toISOString();
  const token = tokenOf(version);
  return {
    connection,
    version,
    header: { name: "Authorization", value: `Bearer ${token}` },
    ...(extraHeaders ? { extraHeaders } : {}),
    token,
    fingerprint: `9f86d08188${String(version).padStart(2, "0")}`,
    issuedAt: new Date(issuedAt).toISOString(),
    usableUntil: end(0),
    expiresAt: end(2000),
    ...changes,
  };
}
