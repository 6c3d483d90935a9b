import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";

type Item = Readonly<Record<string, unknown>>;

interface RefusableWrite {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

interface TableKeys {
  readonly Table?: { readonly KeySchema?: readonly { readonly AttributeName: string }[] };
}

/** What a write asked and how: enough to ask the database again on its behalf. */
export interface WriteRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Adds to the answer of a refused write the item that refused it, where the write asked for it: dynalite leaves it out.
 * The item is read right after the refusal, so that another write may already have changed it.
 */
export function returnRefusedItems(
  database: RequestListener,
  request: WriteRequest,
  response: ServerResponse,
): void {
  const write = parseWrite(request.body);
  if (write?.ReturnValuesOnConditionCheckFailure !== "ALL_OLD") return;
  const end = response.end.bind(response);
  response.end = ((content: Buffer | string = "") => {
    if (!isRefusal(response, content)) return end(content);
    refusedItem(database, request, write).then(
      (item) => end(withItem(response, String(content), item)),
      (error: Error) => response.destroy(error),
    );
    return response;
  }) as ServerResponse["end"];
}

function isRefusal({ statusCode }: ServerResponse, content: Buffer | string): boolean {
  return statusCode === 400 && content.includes("ConditionalCheckFailedException");
}

function withItem(response: ServerResponse, content: string, item: Item | undefined): string {
  const answer = JSON.stringify({ ...JSON.parse(content), ...(item ? { Item: item } : {}) });
  response.setHeader("x-amz-crc32", crc32(answer));
  response.setHeader("Content-Length", Buffer.byteLength(answer));
  return answer;
}

async function refusedItem(
  database: RequestListener,
  { headers }: WriteRequest,
  { TableName, Key, Item }: RefusableWrite,
): Promise<Item | undefined> {
  const ask = (operation: string, input: object) => askAgain(database, headers, operation, input);
  const { Table } = (await ask("DescribeTable", { TableName })) as TableKeys;
  const names = Table?.KeySchema?.map(({ AttributeName }) => AttributeName) ?? [];
  const key = Key ?? Object.fromEntries(names.map((name) => [name, Item?.[name]]));
  const found = await ask("GetItem", { TableName, Key: key, ConsistentRead: true });
  return (found as { readonly Item?: Item }).Item;
}

/** Sends the database a request that came over no socket. */
function askAgain(
  database: RequestListener,
  headers: IncomingHttpHeaders,
  operation: string,
  input: object,
): Promise<unknown> {
  const body = Buffer.from(JSON.stringify(input));
  const target = `DynamoDB_20120810.${operation}`;
  const request = Object.assign(Readable.from([body]), {
    method: "POST",
    url: "/",
    headers: { ...headers, "x-amz-target": target, "content-length": String(body.length) },
  });
  return new Promise((resolve, reject) => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    response.end = ((content: Buffer | string = "") => {
      if (response.statusCode === 200) resolve(JSON.parse(String(content)));
      else reject(new Error(`${operation}: ${content}`));
      return response;
    }) as ServerResponse["end"];
    database(request as unknown as IncomingMessage, response);
  });
}

function parseWrite(body: Buffer): RefusableWrite | null {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
