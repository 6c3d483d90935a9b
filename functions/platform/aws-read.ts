import type { Agent, IncomingMessage } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Clock } from "../model/clock.ts";
import { rejectOnAbort } from "../model/clock.ts";
import { readAnswer } from "./http-answer.ts";
import { parseJson } from "./parse-json.ts";
import { Sha256 } from "./sha256.ts";

/** The SDK's clients have the same limits, which fit into a lease's reserves. */
export const awsTimeouts = { connectionTimeout: 500, requestTimeout: 1000 } as const;

/** A read of one of AWS's JSON services. */
export interface AwsRead {
  readonly service: "dynamodb" | "kms";
  /** Default: the function's own. */
  readonly region?: string;
  /** The operation with its service, as in the header `x-amz-target`. */
  readonly target: `${string}.${string}`;
  readonly jsonVersion: "1.0" | "1.1";
  readonly input: object;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where the reads of a service go, and how. */
export interface AwsWay {
  readonly url: URL;
  readonly signer: SignatureV4;
  readonly agent: Agent;
  readonly clock: Clock;
  /** Gets the time that AWS states, before anything is decided by it. */
  stated(date: string | undefined, sentAt: Date): void;
}

/** Signs with the credentials as they are when a request is signed. */
export function awsSigner(
  service: AwsRead["service"],
  region: string,
  credentials: () => AwsCredentials,
): SignatureV4 {
  const current = async () => credentials();
  return new SignatureV4({ service, region, credentials: current, sha256: Sha256 });
}

/**
 * Signs and sends a read without the SDK, which takes longer to load than the read takes. Undefined unless AWS answers 200
 * and JSON: whoever asks then asks the SDK, which tries again and names the error. Never fails.
 */
export async function readAws(read: AwsRead, way: AwsWay, signal: AbortSignal): Promise<unknown> {
  const inTime = way.clock.timeout(awsTimeouts.requestTimeout, signal);
  const outOfTime = () => new Error("The read's time is up.");
  try {
    const request = await sign(read, way);
    const text = await rejectOnAbort(exchange(request, way, inTime), inTime, outOfTime);
    return text === null ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}

interface SignedRead {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function sign(
  { target, jsonVersion, input }: AwsRead,
  { url, signer, clock }: AwsWay,
): Promise<SignedRead> {
  const body = JSON.stringify(input);
  const { headers } = await signer.sign(
    {
      ...{ method: "POST", protocol: url.protocol, hostname: url.hostname, path: "/", body },
      headers: {
        host: url.host,
        "content-type": `application/x-amz-json-${jsonVersion}`,
        "content-length": String(Buffer.byteLength(body)),
        "user-agent": "token-vending",
        "x-amz-target": target,
      },
    },
    { signingDate: clock.now() },
  );
  return { headers, body };
}

/** The answer's body; null without status 200. A connection that had been closed meanwhile is replaced. */
async function exchange(
  request: SignedRead,
  way: AwsWay,
  signal: AbortSignal,
): Promise<string | null> {
  signal.throwIfAborted();
  const connection = { isReused: false };
  try {
    const sentAt = way.clock.now();
    const response = await send(request, way, connection, signal);
    way.stated(response.headers.date, sentAt);
    // Read in any case, so that the connection can be used again.
    const text = await readAnswer(response);
    return response.statusCode === 200 ? text : null;
  } catch (error) {
    if (!connection.isReused) throw error;
    return exchange(request, way, signal);
  }
}

function send(
  { headers, body }: SignedRead,
  { url, agent, clock }: AwsWay,
  connection: { isReused: boolean },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // Not imported: see http-request.ts.
  const { request } = process.getBuiltinModule(
    url.protocol === "https:" ? "node:https" : "node:http",
  );
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: "POST", headers, agent }, resolve);
    const giveUp = () => outgoing.destroy();
    signal.addEventListener("abort", giveUp);
    outgoing.on("socket", (socket) => {
      connection.isReused = outgoing.reusedSocket;
      if (!socket.connecting) return;
      clock.timeout(awsTimeouts.connectionTimeout, signal).addEventListener("abort", () => {
        if (socket.connecting) outgoing.destroy(new Error("No connection."));
      });
    });
    outgoing.on("error", reject);
    outgoing.on("close", () => {
      signal.removeEventListener("abort", giveUp);
      reject(new Error("The connection was closed without an answer."));
    });
    outgoing.end(body);
  });
}
