// Calls that need no request, as a caller's process and the function's make them.

import middy from "@middy/core";
import { createTokenClient } from "../../client/token-client.ts";
import type { Transport } from "../../client/transport.ts";
import { answerCalls } from "./answer-calls.ts";

type Call = () => Promise<unknown>;

interface BatchCall {
  readonly ways: readonly string[];
  readonly calls: number;
}

interface OpenMemoryCall {
  readonly bundle: string;
  readonly account: string;
}

const context = { getRemainingTimeInMillis: () => 10_000 };
const lambdaContext = () => ({
  ...context,
  callbackWaitsForEmptyEventLoop: true,
  awsRequestId: "1",
});
const ways = new Map<string, Call>();

async function open({ bundle, account }: OpenMemoryCall): Promise<void> {
  const { handler } = await import(bundle);
  const answer = await handler({ account }, lambdaContext());
  let isAsked = false;
  const transport: Transport = async () => {
    if (isAsked) throw new Error("The client does not vend from memory.");
    isAsked = true;
    return answer;
  };
  const client = createTokenClient({
    connection: `client-credentials/bench/${account}`,
    transport,
  });
  const empty = middy().handler(async () => ({}));
  const event = { account };
  await client.vend();
  ways.set("no-op", async () => undefined);
  ways.set("client", () => client.vend());
  ways.set("client with context", () => client.vend({ context }));
  ways.set("empty middy handler", () => empty(event, lambdaContext() as never));
  ways.set("function", () => handler(event, lambdaContext()));
}

/** Nanoseconds a call, by way. */
async function batch({ ways: order, calls }: BatchCall): Promise<Record<string, number>> {
  const taken: Record<string, number> = {};
  for (const way of order) {
    const call = ways.get(way);
    if (!call) throw new RangeError(`There is no way "${way}".`);
    const begunAt = process.hrtime.bigint();
    for (let made = 0; made < calls; made += 1) await call();
    taken[way] = Number(process.hrtime.bigint() - begunAt) / calls;
  }
  return taken;
}

answerCalls({ open, batch });
