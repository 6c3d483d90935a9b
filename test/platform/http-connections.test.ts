import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureVersion, TLSSocket } from "node:tls";
import tls from "node:tls";
import { promisify } from "node:util";
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest } from "../../functions/platform/http-request.ts";
import { HttpFailure, nodeHttp } from "../../functions/platform/http-request.ts";
import type { NetworkPolicy, Resolve } from "../../functions/platform/network-guard.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import type { CertificateAndKey } from "../../local/simulators/kit/certificates.ts";
import { createCertificateAuthority } from "../../local/simulators/kit/certificates.ts";
import { loopbackOnly, publicOnly } from "../support/network-policies.ts";
import { rawServer } from "../support/raw-server.ts";

const get = (url: string) => unprintable<HttpRequest>({ method: "GET", url, headers: {} });

/** The status of the answer, or why there is none. */
async function outcome(url: string, policy: NetworkPolicy, resolve?: Resolve) {
  const send = nodeHttp(systemClock, policy, resolve);
  return send(get(url), AbortSignal.timeout(5000)).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof HttpFailure ? `${error.kind}, ${error.sent}` : error),
  );
}

const resolving =
  (answers: string[]): Resolve =>
  (_, __, callback) =>
    callback(null, [{ address: answers.shift() ?? "none", family: 4 }]);

describe("a request to a private address", () => {
  async function aServer() {
    const server = await rawServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    );
    onTestFinished(() => server.stop());
    return { ...server, port: new URL(server.url).port };
  }

  test.each(["127.0.0.1", "127.1", "2130706433", "localhost"])(
    "is not sent, unless the policy allows it: %s",
    async (host) => {
      const { port, received } = await aServer();
      const [http, https] = [`http://${host}:${port}`, `https://${host}:${port}`];
      expect(await outcome(http, publicOnly)).toBe("forbidden, false");
      expect(await outcome(https, publicOnly)).toBe("forbidden, false");
      expect(received).toEqual([]);
      expect(await outcome(http, loopbackOnly)).toBe(200);
    },
  );

  test("is not sent when the name resolves to it, and no connection is made", async () => {
    const { port, received } = await aServer();
    const resolve = resolving(["127.0.0.1"]);
    expect(await outcome(`https://provider.example:${port}`, publicOnly, resolve)).toBe(
      "forbidden, false",
    );
    expect(received).toEqual([]);
  });

  test("looks its name up once: the addresses that were checked are those that are used", async () => {
    const { port, received } = await aServer();
    const answers = ["127.0.0.1", "127.0.0.2"];
    const url = `http://provider.example:${port}`;
    expect(await outcome(url, loopbackOnly, resolving(answers))).toBe(200);
    expect(received).toHaveLength(1);
    expect(answers).toEqual(["127.0.0.2"]);
  });

  test("is not sent without TLS where loopback is forbidden", async () => {
    expect(await outcome("http://8.8.8.8/", publicOnly)).toBe("forbidden, false");
  });
});

describe("TLS", () => {
  let certificate: CertificateAndKey;
  let authority: string;
  beforeAll(async () => {
    const created = await createCertificateAuthority("authority");
    authority = created.certificate;
    certificate = await created.issueServer();
  });

  const { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS } = tls;
  const trusted = tls.getCACertificates("default");
  afterEach(() => {
    Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS });
    tls.setDefaultCACertificates(trusted);
    vi.unstubAllEnvs();
  });

  /** A server of these versions, and the versions that its connections had. */
  async function aTlsServer(minVersion: SecureVersion, maxVersion: SecureVersion) {
    const { chain, privateKey } = certificate;
    const ciphers = "DEFAULT@SECLEVEL=0";
    const versions: (string | null)[] = [];
    const server = createServer(
      { cert: chain, key: privateKey, minVersion, maxVersion, ciphers },
      (request, response) => {
        versions.push((request.socket as TLSSocket).getProtocol());
        response.end();
      },
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, versions };
  }

  test("is verified, whatever the environment says", async () => {
    const { url, versions } = await aTlsServer("TLSv1.2", "TLSv1.3");
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await outcome(url, loopbackOnly)).toBe("network, false");
    expect(versions).toEqual([]);
    tls.setDefaultCACertificates([...trusted, authority]);
    expect(await outcome(url, loopbackOnly)).toBe(200);
  });

  test("is 1.3 where the server has it, whatever Node's options say", async () => {
    tls.setDefaultCACertificates([...trusted, authority]);
    Object.assign(tls, { DEFAULT_MAX_VERSION: "TLSv1.2" });
    const { url, versions } = await aTlsServer("TLSv1.2", "TLSv1.3");
    expect(await outcome(url, loopbackOnly)).toBe(200);
    expect(versions).toEqual(["TLSv1.3"]);
  });

  test("is 1.2 where the server has no more", async () => {
    tls.setDefaultCACertificates([...trusted, authority]);
    const { url, versions } = await aTlsServer("TLSv1.2", "TLSv1.2");
    expect(await outcome(url, loopbackOnly)).toBe(200);
    expect(versions).toEqual(["TLSv1.2"]);
  });

  test("is never 1.1, whatever Node's options say", async () => {
    tls.setDefaultCACertificates([...trusted, authority]);
    Object.assign(tls, { DEFAULT_MIN_VERSION: "TLSv1", DEFAULT_CIPHERS: "DEFAULT@SECLEVEL=0" });
    const { url, versions } = await aTlsServer("TLSv1", "TLSv1.1");
    expect(await outcome(url, loopbackOnly)).toBe("network, false");
    expect(versions).toEqual([]);
  });
});

describe("an answer is parsed strictly, whatever Node's options say", () => {
  const run = promisify(execFile);
  const script = `
    const { nodeHttp } = await import(process.argv[1]);
    const { systemClock } = await import(process.argv[2]);
    const send = nodeHttp(systemClock, { allowsLoopback: true, privateNetworks: [] });
    const request = { method: "GET", url: process.argv[3], headers: {} };
    const done = await send(request, AbortSignal.timeout(5000)).catch((error) => error);
    console.log(done.status ?? done.kind);
  `;
  const modules = ["http-request.ts", "system-clock.ts"].map((name) =>
    String(new URL(`../../functions/platform/${name}`, import.meta.url)),
  );

  test.each([
    ["with two lengths", "content-length: 2\r\ntransfer-encoding: chunked", "network"],
    ["with 40 KB of headers", `x: ${"x".repeat(40_000)}\r\ncontent-length: 0`, "network"],
    ["as it is meant to be", "transfer-encoding: chunked", "200"],
  ])("%s", async (_, headers, expected) => {
    const server = await rawServer((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
    );
    onTestFinished(() => server.stop());
    const weak = ["--insecure-http-parser", "--max-http-header-size=81920"];
    const args = [...weak, "--input-type=module", "--eval", script, ...modules, server.url];
    const { stdout } = await run(process.execPath, args, { env: {} });
    expect(stdout.trim()).toBe(expected);
  });
});
