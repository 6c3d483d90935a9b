import type { Hash, Hmac } from "node:crypto";
import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage, RequestOptions } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Clock } from "../model/clock.ts";
import type { AwsSettings } from "./aws-settings.ts";

/** As the SDK's own (compose.ts). */
const timeoutMs = 1000;

interface JsonApi {
  /** The name in the signature. */
  readonly service: "dynamodb" | "kms";
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly contentType: string;
}

export const dynamoDbApi: JsonApi = {
  service: "dynamodb",
  target: "DynamoDB_20120810",
  contentType: "application/x-amz-json-1.0",
};

export const kmsApi: JsonApi = {
  service: "kms",
  target: "TrentService",
  contentType: "application/x-amz-json-1.1",
};

/**
 * Sends one request to a JSON API of AWS, signed (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html),
 * and returns the answer. Null for anything but a success: then the SDK, which repeats and understands failures, is worth
 * loading. Rejects only when the signal aborts.
 */
export type SignedRequest = (
  operation: string,
  body: object,
  signal: AbortSignal,
) => Promise<object | null>;

/** Null where only the SDK knows the address. */
export function signedRequests(
  { service, target, contentType }: JsonApi,
  { credentials, endpointOf }: AwsSettings,
  region: string,
  clock: Clock,
): SignedRequest | null {
  const endpoint = endpointOf(service, region);
  if (endpoint === null) return null;
  const url = new URL(endpoint);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service,
    region,
    sha256: NodeSha256,
    credentials: {
      accessKeyId,
      secretAccessKey: secretAccessKey.expose(),
      ...(sessionToken ? { sessionToken: sessionToken.expose() } : {}),
    },
  });
  const post = jsonPost(url);

  return async (operation, body, signal) => {
    const request = {
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: {},
      headers: {
        host: url.host,
        "content-type": contentType,
        "x-amz-target": `${target}.${operation}`,
      },
      body: JSON.stringify(body),
    };
    try {
      const { headers } = await signer.sign(request, { signingDate: clock.now() });
      return await post(headers, request.body, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  };
}

function jsonPost(url: URL) {
  // Not imported: the ESM facade of these modules costs a cold start 25 ms.
  const { request, Agent } = process.getBuiltinModule(
    url.protocol === "https:" ? "node:https" : "node:http",
  );
  const agent = new Agent({ keepAlive: true });

  const send = (headers: object, body: string, signal: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method: "POST", headers, signal, agent, timeout: timeoutMs };
      const outgoing = request(url, options as RequestOptions, resolve);
      outgoing.on("timeout", () => outgoing.destroy(new Error("No answer in time.")));
      // A kept connection may have been closed while Lambda was frozen: reads may be sent again.
      const again = () => resolve(send(headers, body, signal));
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        if (outgoing.reusedSocket && isClosed(error)) again();
        else reject(error);
      });
      outgoing.end(body);
    });

  return async (headers: object, body: string, signal: AbortSignal): Promise<object | null> => {
    const response = await send(headers, body, signal);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    if (response.statusCode !== 200) return null;
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  };
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === "ECONNRESET" || code === "EPIPE";
}

/** SHA-256, or HMAC-SHA-256 where a key is given, as the signer wants it. */
class NodeSha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key as Uint8Array);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}
