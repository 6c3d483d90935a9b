import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext, getCACertificates, setDefaultCACertificates } from "node:tls";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest, SendHttp } from "../../functions/platform/http-request.ts";
import { nodeHttp } from "../../functions/platform/http-request.ts";
import type { Resolve } from "../../functions/platform/network-guard.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { clientAuthority } from "./a-client.ts";
import { fieldsOf } from "./fields-of.ts";
import { loopbackOnly } from "./network-policies.ts";

/** What a provider's documentation says that it answers. */
export interface PublishedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as it arrived. */
interface ArrivedRequest {
  readonly method: string | undefined;
  /** As it was asked for, by the provider's own host. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Whether the client has shown a certificate of `clientAuthority`. */
  readonly isCertified: boolean;
}

/** A server of this machine in the place of any provider: with a certificate for each host, and scripted answers. */
export interface PublishedServer {
  /** The product's own, but for where a host is looked up, and its port. */
  readonly send: SendHttp;
  answerWith(answer: PublishedAnswer): void;
  /** The last one. */
  arrived(): ArrivedRequest;
  stop(): Promise<void>;
}

export async function startPublishedServer(): Promise<PublishedServer> {
  const trusted = getCACertificates("default");
  setDefaultCACertificates([...trusted, clientAuthority.certificate]);
  let answer: PublishedAnswer = { status: 500, body: {} };
  let last: ArrivedRequest | undefined;
  const { chain, privateKey } = await clientAuthority.issueServer();
  const server = createServer(
    {
      ...{ cert: chain, key: privateKey, ca: clientAuthority.certificate },
      ...{ requestCert: true, rejectUnauthorized: false },
      SNICallback: (host, done) => {
        clientAuthority.issueServer(host).then(
          (issued) =>
            done(null, createSecureContext({ cert: issued.chain, key: issued.privateKey })),
          (error) => done(error),
        );
      },
    },
    async (request, response) => {
      last = await arrivedBy(request);
      const { status, body, headers } = answer;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const send = nodeHttp(systemClock, loopbackOnly, here);
  return {
    send: (request, signal) => send(atPort(request, port), signal),
    answerWith: (next) => {
      answer = next;
      last = undefined;
    },
    arrived: () => {
      if (!last) throw new Error("No request has arrived.");
      return last;
    },
    async stop() {
      setDefaultCACertificates(trusted);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Every host is this machine. */
const here: Resolve = (_, __, found) => found(null, [{ address: "127.0.0.1", family: 4 }]);

function atPort(request: HttpRequest, port: number): HttpRequest {
  const url = new URL(request.url);
  url.port = String(port);
  return unprintable<HttpRequest>({ ...fieldsOf(request), url: url.href });
}

async function arrivedBy(request: IncomingMessage): Promise<ArrivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method, headers, url, socket } = request;
  const host = headers.host?.replace(/:\d+$/, "");
  return {
    ...{ method, headers, url: `https://${host}${url}` },
    body: Buffer.concat(chunks).toString(),
    isCertified: Reflect.get(socket, "authorized") === true,
  };
}
