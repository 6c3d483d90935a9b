// The product's store hit beside the two ways to send the same GetItem: interleaved at the smallest grain.
import { Agent, request } from "node:http";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { answerCalls } from "./answer-calls.ts";

const agent = new Agent({ keepAlive: true });
const client = new DynamoDBClient({});
let signed = {};
client.middlewareStack.add(
  (next) => (sent) => {
    signed = sent.request.headers;
    return next(sent);
  },
  { step: "finalizeRequest", priority: "low" },
);

answerCalls({ measure });

/**
 * @param {{ bundle: string, tableName: string, storeUrl: string, samples: readonly (readonly [string, readonly string[]])[] }} call
 *   Each account is new to this process; its ways are tried in the order given.
 * @returns {Promise<Record<string, number>[]>} Milliseconds by way, for each account.
 */
async function measure({ bundle, tableName, storeUrl, samples }) {
  const { open } = await import("../candidates/token-vending.mjs");
  const product = await open({ bundle });
  const inputOf = (account) => ({
    TableName: tableName,
    Key: { pk: { S: `client-credentials/bench/${account}` } },
    ConsistentRead: true,
  });
  const ways = {
    product: (account) => product.vend({ account }),
    sdk: async (account) => (await client.send(new GetItemCommand(inputOf(account)))).Item,
    signed: async (account) => (await post(storeUrl, JSON.stringify(inputOf(account)))).Item,
  };
  // Its headers are what is sent again.
  await ways.sdk("nobody's");
  const taken = [];
  for (const [account, order] of samples) {
    const ms = {};
    for (const way of order) {
      const begunAt = performance.now();
      const found = await ways[way](account);
      ms[way] = performance.now() - begunAt;
      if (!found) throw new Error(`${way} finds nothing of ${account}.`);
    }
    taken.push(ms);
  }
  return taken;
}

/** With the headers of an earlier request: the store does not check who signed what. */
function post(url, body) {
  const headers = { ...signed, "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`The store refuses what was signed before: ${text}`));
      });
    });
    sent.once("error", reject).end(body);
  });
}
