import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { httpsTransport } from "../../client/https-transport.ts";
import { TokenClientError } from "../../client/token-client-error.ts";
import type { ConsentWaitOptions } from "../../client/wait-for-consent.ts";
import { waitForConsent } from "../../client/wait-for-consent.ts";
import { withLinks } from "../../client/with-links.ts";
import type { ConsentProgressAnswer } from "../../functions/http/link-contract.ts";
import { startHttpServer } from "./http-server.ts";
import { anAnswer, aProblem, unsigned } from "./vending-server.ts";

const connection = "connectpay/live/jo";
const id = "an-id";

type State = ConsentProgressAnswer["state"];

/** Token vending that answers these, the last one again and again, and a wait for what came of a link. */
async function startWait(
  answers: readonly (State | object)[],
  options: Partial<ConsentWaitOptions> = {},
) {
  const askedAt: number[] = [];
  const server = await startHttpServer((_, response, nth) => {
    askedAt.push(performance.now());
    const said = answers[nth - 1] ?? answers.at(-1);
    const answer = typeof said === "string" ? { connection, id, state: said } : Object(said);
    const [status, type] = answer.status
      ? [answer.status, "application/problem+json"]
      : [200, "application/json"];
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(answer));
  });
  const transport = httpsTransport({ baseUrl: server.url, signer: unsigned, withLinks });
  const outcome = waitForConsent({ connection, id, transport, ...options });
  // The tests await it; until then its failure is nobody's.
  outcome.catch(() => {});
  return { ...server, outcome, askedAt };
}

async function failureOf({ outcome }: Awaited<ReturnType<typeof startWait>>) {
  const error = await outcome.catch((reason: unknown) => reason);
  if (error instanceof TokenClientError) return error;
  throw new Error(`Not a failure of the client: ${inspect(error)}`);
}

describe("a wait for a person", () => {
  it.each(["granted", "ended"] as const)("ends at once with what came of it: %s", async (state) => {
    const wait = await startWait([state]);
    expect(await wait.outcome).toBe(state);
    expect(wait.received).toMatchObject([
      { method: "GET", url: `/v1/consents/${connection}/${id}` },
    ]);
  });

  it("asks after pauses that grow, and never sooner than after a second", async () => {
    const wait = await startWait(["pending", "pending", "pending", "granted"]);
    expect(await wait.outcome).toBe("granted");
    const pauses = wait.askedAt.slice(1).map((at, i) => at - (wait.askedAt[i] ?? 0));
    expect(pauses).toHaveLength(3);
    // Timers may be early by less than a millisecond.
    for (const [i, shortest] of [999, 1499, 2249].entries()) {
      expect(pauses[i]).toBeGreaterThan(shortest);
    }
  });

  it("goes on after a failure that may pass, and tells of it", async () => {
    const told: string[] = [];
    const onProblem = ({ code }: TokenClientError) => void told.push(code);
    const wait = await startWait([aProblem("store-unavailable"), "granted"], { onProblem });
    expect(await wait.outcome).toBe("granted");
    expect(told).toEqual(["store-unavailable"]);
  });

  it.each([
    ["invalid-request", aProblem("invalid-request")],
    ["malformed-answer", { connection, id, state: "perhaps" }],
    ["malformed-answer", { connection: "connectpay/live/ann", id, state: "granted" }],
    ["malformed-answer", anAnswer(1, { connection })],
  ])("ends with what cannot pass: %s", async (code, answer) => {
    const wait = await startWait([answer]);
    expect(await failureOf(wait)).toMatchObject({ code, connection, retryable: false });
    expect(wait.received).toHaveLength(1);
  });

  it("ends when its time is up, with a timeout after which it may begin again", async () => {
    const wait = await startWait(["pending"], { timeoutMs: 1500 });
    const error = await failureOf(wait);
    expect(error).toMatchObject({ code: "timeout", connection, retryable: true, problem: null });
    expect(wait.received).toHaveLength(2);
  });

  it("counts one that is not answered as a failure that may pass", async () => {
    const told: string[] = [];
    const transport = () => new Promise<never>(() => {});
    const onProblem = ({ code }: TokenClientError) => void told.push(code);
    const wait = { connection, id, transport, requestTimeoutMs: 50, timeoutMs: 500, onProblem };
    await expect(waitForConsent(wait)).rejects.toMatchObject({ code: "timeout" });
    expect(told).toEqual(["timeout"]);
  });

  it("ends with the reason of its signal, in a pause or in a request, and asks no more", async () => {
    const reason = new Error("The caller has gone.");
    const gone = new AbortController();
    const wait = await startWait(["pending"], { signal: gone.signal });
    await expect.poll(() => wait.received.length).toBe(1);
    gone.abort(reason);
    await expect(wait.outcome).rejects.toBe(reason);
    const late = await startWait(["pending"], { signal: gone.signal });
    await expect(late.outcome).rejects.toBe(reason);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect([wait.received.length, late.received.length]).toEqual([1, 0]);
  });
});
