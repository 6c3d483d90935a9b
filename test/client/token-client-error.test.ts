import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { httpsTransport } from "../../client/https-transport.ts";
import { createTokenClient } from "../../client/token-client.ts";
import { TokenClientError } from "../../client/token-client-error.ts";
import type { Transport } from "../../client/transport.ts";
import type { VendAnswer } from "../../functions/http/contract.ts";
import { problemCodes } from "../../functions/model/errors.ts";
import { startHttpServer } from "./http-server.ts";
import {
  anAnswer,
  aProblem,
  connection,
  issuedAt,
  startVending,
  unsigned,
} from "./vending-server.ts";

const now = () => Date.parse(issuedAt);

/** The error of a vend that cannot succeed. */
async function clientError(transport: Transport, timeoutMs = 5000): Promise<TokenClientError> {
  const client = createTokenClient({ connection, transport, timeoutMs, now });
  const error = await client.vend().catch((reason: unknown) => reason);
  if (error instanceof TokenClientError) return error;
  throw new Error(`Not a failure of the client: ${inspect(error)}`);
}

async function failureOverHttp(status: number, type: string, body: string) {
  const server = await startHttpServer((_, response) => {
    response.writeHead(status, { "content-type": type }).end(body);
  });
  return clientError(httpsTransport({ baseUrl: server.url, signer: unsigned }));
}

describe("a problem becomes an error with its code, over either transport", () => {
  it.each(problemCodes)("%s", async (code) => {
    // Longer than the client waits.
    const problem = aProblem(code, 70);
    const { client } = await startVending({ answer: () => problem });
    const overHttp = await client.vend().catch((error: unknown) => error);
    const invoked = await clientError(async () => ({ problem }));
    for (const error of [overHttp, invoked]) {
      expect(error).toBeInstanceOf(TokenClientError);
      const { retryable, retryAfterSeconds = null } = problem;
      expect(error).toMatchObject({ code, connection, retryable, retryAfterSeconds, problem });
      expect(String(error)).toBe(`TokenClientError: ${connection}: ${code}: In words.`);
    }
  });

  it("without a time to wait where none is told", async () => {
    const problem = aProblem("internal");
    const error = await clientError(async () => ({ problem }));
    expect(error).toMatchObject({ retryable: false, retryAfterSeconds: null });
  });
});

describe("the link that comes with consent-required", () => {
  const url = "https://vend.example/consent/connectpay/live/canary";
  const consent = { id: "an-id", url, expiresAt: "2026-11-20T10:10:00.000Z" };
  const problem = { ...aProblem("consent-required"), consent };
  const ask: Record<string, () => Promise<TokenClientError>> = {
    "by invocation": () => clientError(async () => ({ problem: structuredClone(problem) })),
    "over the API": () => failureOverHttp(409, "application/problem+json", JSON.stringify(problem)),
  };

  it.each(Object.entries(ask))("is read by name: %s", async (_, error) => {
    expect({ ...(await error()).problem?.consent }).toEqual(consent);
  });

  it.each<[string, (error: TokenClientError) => string]>([
    ["a template string", (error) => `${error} ${error.problem?.consent}`],
    ["the stack", ({ stack }) => `${stack}`],
    ["JSON", (error) => JSON.stringify({ error, list: [error.problem] })],
    ["JSON of itself", ({ problem: said }) => JSON.stringify(said?.consent)],
    ["inspect", (error) => inspect(error, { depth: 9, getters: true })],
    ["inspect with everything hidden", (error) => inspect(error, { showHidden: true, depth: 9 })],
    ["inspect of itself", ({ problem: said }) => inspect(said?.consent)],
    ["inspect of a cause", (error) => inspect(new Error("It failed.", { cause: error }))],
    ["a log line", (error) => format("%s %o %O %j", error, error, error, error)],
    ["a log line of the problem", ({ problem: said }) => format("%o %O %j", said, said, said)],
    ["a spread", (error) => inspect({ ...error }, { depth: 9 })],
  ])("does not print: %s", async (_, print) => {
    for (const error of Object.values(ask)) expect(print(await error())).not.toContain("canary");
  });
});

describe("an answer that is not understood is malformed-answer, and quotes nothing", () => {
  const { header, ...headless } = anAnswer(1);
  it.each<[string, unknown]>([
    ["null", null],
    ["a text", "canary"],
    ["a list", []],
    ["another object", { token: "canary" }],
    ["a problem without code", { problem: { detail: "canary" } }],
    ["an answer without header", headless],
    ["a header without value", { ...headless, header: { name: header.name } }],
    [
      "a header that is none",
      anAnswer(1, { header: { name: "Authorization", value: "canary\nx" } }),
    ],
    ["a header name that is none", anAnswer(1, { header: { name: "a canary", value: "x" } })],
    ["an extra header that is none", anAnswer(1, { extraHeaders: { "X-A": "canary\r\nX-B: 1" } })],
    ["an answer without token", anAnswer(1, { token: "" })],
    ["an answer without version", { ...anAnswer(1), version: undefined }],
    ["an end that is no instant", anAnswer(1, { usableUntil: "canary" })],
    ["an answer without end", { ...anAnswer(1), usableUntil: undefined }],
    ["another connection's answer", anAnswer(1, { connection: "conferma/sandbox/default" })],
  ])("%s", async (_, said) => {
    let asked = 0;
    const error = await clientError(async () => {
      asked += 1;
      return said;
    });
    expect(asked).toBe(1);
    expect(error).toMatchObject({ code: "malformed-answer", retryable: false, problem: null });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("canary");
  });

  it.each(["", "{", "canary", '{"token":"canary'])("no JSON: %s", async (body) => {
    const error = await failureOverHttp(200, "application/json", body);
    expect(error).toMatchObject({ code: "malformed-answer", retryable: false });
    expect(inspect(error, { showHidden: true })).not.toContain("canary");
  });
});

describe("no answer at all is unreachable", () => {
  it.each([
    [403, false, '{"message":"Missing Authentication Token"}'],
    [404, false, "canary"],
    [429, true, '{"message":"Too Many Requests"}'],
    [502, true, '{"message":"Internal server error"}'],
    [503, true, "<html>canary</html>"],
    [504, true, '{"message":"Endpoint request timed out"}'],
    [302, false, ""],
  ])("the gateway's own %i, retryable: %s", async (status, retryable, body) => {
    const error = await failureOverHttp(status, "application/json", body);
    expect(error).toMatchObject({ code: "unreachable", retryable, problem: null });
    expect(error.message).toBe(`${connection}: unreachable: HTTP${status}`);
  });

  it("nobody listens", async () => {
    const error = await clientError(
      httpsTransport({ baseUrl: "http://127.0.0.1:1", signer: unsigned }),
    );
    expect(error).toMatchObject({ code: "unreachable", retryable: true });
    expect(error.message).toMatch(/unreachable: [A-Z]\w+$/);
  });

  it("an error of a library, of which the name is kept and nothing else", async () => {
    const library = Object.assign(new Error("canary in the message"), {
      name: "CredentialsProviderError",
      $response: { body: "canary" },
      cause: new Error("canary"),
    });
    const error = await clientError(() => Promise.reject(library));
    expect(error.message).toBe(`${connection}: unreachable: CredentialsProviderError`);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("canary");
  });
});

it("an answer that does not come within timeoutMs is a timeout", async () => {
  const { received, url } = await startHttpServer(() => {});
  const error = await clientError(httpsTransport({ baseUrl: url, signer: unsigned }), 50);
  expect(error).toMatchObject({ code: "timeout", retryable: true, retryAfterSeconds: null });
  // None on a machine that takes longer to send one. Never another.
  expect(received.length).toBeLessThanOrEqual(1);
});

it("a transport that ignores its signal is not waited for", async () => {
  const error = await clientError(() => new Promise<VendAnswer>(() => {}), 20);
  expect(error.code).toBe("timeout");
});
