import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "../../local/aws/listen.ts";

/** `lose-answer`: the request takes effect and its caller never learns it. */
type Mishap = "lose-answer" | "throttle";

/** Stands before any DynamoDB, and passes everything on but what is told otherwise. */
export async function startFaultyProxy(target: string) {
  const mishaps: { readonly operation: string; readonly mishap: Mishap }[] = [];

  function take(incoming: IncomingMessage): Mishap | undefined {
    const operation = String(incoming.headers["x-amz-target"] ?? "").split(".")[1];
    const at = mishaps.findIndex((planned) => planned.operation === operation);
    return at < 0 ? undefined : mishaps.splice(at, 1)[0]?.mishap;
  }

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const mishap = take(incoming);
    if (mishap === "throttle") return throttle(response);
    const answer = await forward(target, incoming, body);
    const text = await buffer(answer);
    if (mishap === "lose-answer") response.destroy();
    else response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  return {
    ...(await listen(server)),
    /** What the next request of this operation meets, once. */
    plan: (operation: string, mishap: Mishap, times = 1) => {
      for (let turn = 0; turn < times; turn += 1) mishaps.push({ operation, mishap });
    },
  };
}

function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const { method, headers } = incoming;
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, headers, agent: false }, resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

function throttle(response: ServerResponse): void {
  const type = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
  response
    .writeHead(400, { "content-type": "application/x-amz-json-1.0" })
    .end(JSON.stringify({ __type: type, message: "Rate exceeded." }));
}
