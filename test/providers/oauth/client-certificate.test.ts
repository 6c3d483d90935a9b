import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { nodeHttp } from "../../../functions/platform/http-request.ts";
import { systemClock } from "../../../functions/platform/system-clock.ts";
import { providerOf, readRealm } from "../../../functions/providers/catalogue.ts";
import type {
  CertificateAndKey,
  CertificateAuthority,
} from "../../../local/simulators/kit/certificates.ts";
import { createCertificateAuthority } from "../../../local/simulators/kit/certificates.ts";
import { codeCredential, sampleAuthorizationRequest } from "../../support/a-consent.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import { loopbackOnly } from "../../support/network-policies.ts";
import { rawServer } from "../../support/raw-server.ts";
import { unless } from "../../support/unless.ts";

const trusted = getCACertificates("default");
let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let impostor: CertificateAuthority;
let ours: CertificateAndKey;
let server: CertificateAndKey;
beforeAll(async () => {
  const names = ["authority", "stranger", "authority"];
  [authority, stranger, impostor] = (await Promise.all(names.map(createCertificateAuthority))) as [
    CertificateAuthority,
    CertificateAuthority,
    CertificateAuthority,
  ];
  [ours, server] = await Promise.all([authority.issueClient("tpp-1"), authority.issueServer()]);
  setDefaultCACertificates([...trusted, authority.certificate]);
});
afterAll(() => setDefaultCACertificates(trusted));

/** On the machine's own network. */
function providerAt(tokenUrl: string) {
  const realm = {
    provider: "connectpay",
    environment: "stage",
    authorizeUrl: "https://api2.example/authorize",
    tokenUrl,
    deadlineMs: 3000,
  };
  const context = {
    send: nodeHttp(systemClock, loopbackOnly),
    clock: systemClock,
    newRequestId: () => "r-1",
  };
  return providerOf(readRealm(JSON.stringify(realm)), context);
}

function secretWith({ chain, privateKey }: Partial<CertificateAndKey>): Sensitive {
  const client = { clientId: "c", clientSecret: "s" };
  const shown = { tlsCertificateChain: chain, tlsPrivateKey: privateKey };
  return new Sensitive(JSON.stringify({ ...client, ...shown }));
}

/** Exchanges a code at this address. */
async function exchangeAt(tokenUrl: string, certificate: Partial<CertificateAndKey>) {
  const issuer = await providerAt(tokenUrl).issuer();
  const grant = issuer.openGrant(secretWith(certificate), codeCredential);
  return grant.issue(AbortSignal.timeout(3000));
}

const refused = {
  kind: "not-issued",
  code: "credentials-rejected",
  detail: "The provider refuses our client certificate.",
  mayHaveIssued: false,
};

describe("a provider that requires a client certificate", () => {
  let provider: Server;
  let url: string;
  const seen: string[] = [];
  beforeAll(async () => {
    const options = {
      cert: server.chain,
      key: server.privateKey,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    };
    provider = createServer(options, (request, response) => {
      const socket = request.socket as TLSSocket;
      const { subject } = socket.getPeerCertificate();
      seen.push(`${subject?.CN}, ${socket.authorized}`);
      response.writeHead(socket.authorized ? 200 : 403);
      response.end(socket.authorized ? '{"access_token":"t-1","expires_in":3600}' : "");
    }).listen(0, "127.0.0.1");
    await once(provider, "listening");
    url = `https://127.0.0.1:${(provider.address() as AddressInfo).port}/token`;
  });
  afterAll(async () => {
    provider.close();
    await once(provider, "close");
  });

  test("gets ours, with its chain", async () => {
    expect(summarizeOutcome(await exchangeAt(url, ours))).toBe("issued, 3600000 to 3601000 ms");
    expect(seen.at(-1)).toBe("tpp-1, true");
  });

  test("gets none where the secret has none, and refuses that", async () => {
    expect(await exchangeAt(url, {})).toMatchObject(refused);
    expect(seen.at(-1)).toBe("undefined, false");
  });

  test("refuses one of another authority", async () => {
    expect(await exchangeAt(url, await stranger.issueClient("tpp-1"))).toMatchObject(refused);
  });

  test("that has expired is reported before a person is sent to log in", async () => {
    const past = { notAfter: new Date(Date.now() - 60_000) };
    const addressWith = async ({ chain, privateKey }: CertificateAndKey) => {
      const flow = await providerAt(url).consent?.();
      const { signal } = new AbortController();
      const secret = secretWith({ chain, privateKey });
      return flow?.authorizeUrl(secret, sampleAuthorizationRequest, signal);
    };
    expect(await addressWith(ours)).toMatch("https://api2.example/authorize?");
    const refusal = addressWith(await authority.issueClient("tpp-1", past));
    await expect(refusal).rejects.toMatchObject({
      name: "VendingError",
      code: "credentials-rejected",
      message: expect.stringContaining("certificate expired at 20"),
    });
  });

  test("that has expired is found when the secret is tried, without a consent", async () => {
    const past = { notAfter: new Date(Date.now() - 60_000) };
    const issuer = await providerAt(url).issuer();
    const grant = issuer.openGrant(secretWith(await authority.issueClient("tpp-1", past)), null);
    expect(await grant.issue(AbortSignal.timeout(3000))).toMatchObject({
      code: "credentials-rejected",
    });
  });

  test("gets no expired one: that is reported without a request", async () => {
    const past = { notAfter: new Date(Date.now() - 60_000) };
    const before = seen.length;
    const outcome = await exchangeAt(url, await authority.issueClient("tpp-1", past));
    expect(outcome).toMatchObject({ code: "credentials-rejected", mayHaveIssued: false });
    expect(outcome).toMatchObject({ detail: expect.stringContaining("certificate expired at 20") });
    expect(seen).toHaveLength(before);
  });
});

describe("a TLS alert", () => {
  const alerts = [42, 43, 44, 45, 46, 48, 49, 51, 116];

  /** The whole answer to a ClientHello: a fatal alert of this number (RFC 8446 §6). */
  async function alerting(number: number) {
    const tcp = createTcpServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, number])));
    }).listen(0, "127.0.0.1");
    await once(tcp, "listening");
    const outcome = await exchangeAt(
      `https://127.0.0.1:${(tcp.address() as AddressInfo).port}/`,
      ours,
    );
    tcp.close();
    return outcome;
  }

  test.each(alerts)(
    "%i says that the certificate is refused, and nothing was sent",
    async (number) => {
      expect(await alerting(number)).toMatchObject(refused);
    },
  );

  test.each([40, 70, 80, 112])("%i says something else", async (number) => {
    expect(summarizeOutcome(await alerting(number))).toBe("provider-unavailable");
  });

  test("is not assumed when the connection is lost", async () => {
    const raw = await rawServer((socket) => socket.destroy());
    const outcome = await exchangeAt(raw.url, ours);
    await raw.stop();
    expect(summarizeOutcome(outcome)).toBe("provider-unavailable?");
  });
});

const hasOpenSsl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenSsl)(
  `OpenSSL as the provider${unless(hasOpenSsl, "openssl on the PATH")}`,
  () => {
    /** Runs against a server that ends the handshake without a certificate of its authority. */
    async function against(version: string, certificate: Partial<CertificateAndKey>) {
      const folder = mkdtempSync(join(tmpdir(), "certificates-"));
      const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const options = [
        ...["-accept", "127.0.0.1:0", version, "-www", "-Verify", "2", "-verify_return_error"],
        ...["-cert", file("cert.pem", server.chain), "-key", file("key.pem", server.privateKey)],
        ...["-CAfile", file("ca.pem", authority.certificate)],
      ];
      const process = spawn("openssl", ["s_server", ...options], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        const port = await portOf(process.stdout);
        return await exchangeAt(`https://127.0.0.1:${port}/`, certificate);
      } finally {
        process.kill();
        await once(process, "exit");
        rmSync(folder, { recursive: true });
      }
    }

    async function portOf(output: AsyncIterable<Buffer>): Promise<string> {
      let text = "";
      for await (const chunk of output) {
        text += chunk;
        const [, port] = /^ACCEPT \S+:(\d+)$/m.exec(text) ?? [];
        if (port) return port;
      }
      throw new Error(text);
    }

    test.each([
      ["TLS 1.2", "-tls1_2"],
      ["TLS 1.3, which looks only after the request is under way", "-tls1_3"],
    ])("refuses a stranger's certificate by %s", async (_, version) => {
      expect(await against(version, await stranger.issueClient("tpp-1"))).toMatchObject(refused);
    });

    test("refuses one of an authority with the same name but another key", async () => {
      expect(await against("-tls1_3", await impostor.issueClient("tpp-1"))).toMatchObject(refused);
    });

    test("refuses a missing one by TLS 1.3", async () => {
      expect(await against("-tls1_3", {})).toMatchObject(refused);
    });
  },
);

describe("a secret with an unusable certificate", () => {
  const key = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const pkcs8 = { type: "pkcs8", format: "pem" } as const;

  test.each<
    [rule: string, changes: () => Partial<CertificateAndKey>, field: string, words: string]
  >([
    ["a chain of text", () => ({ chain: "canary" }), "tlsCertificateChain", "must be a chain"],
    [
      "a chain with a broken link",
      () => ({
        chain: ours.chain.replace(/(BEGIN CERTIFICATE-+\n)..../, "$1AAAA"),
      }),
      "tlsCertificateChain",
      "must be a chain",
    ],
    [
      "line breaks written as \\n",
      () => ({ chain: ours.chain.replaceAll("\n", "\\n") }),
      "tlsCertificateChain",
      "must be a chain",
    ],
    ["a key of text", () => ({ privateKey: "canary" }), "tlsPrivateKey", "must be an unencrypted"],
    [
      "an encrypted key",
      () => ({
        privateKey: key().export({
          ...pkcs8,
          cipher: "aes-256-cbc",
          passphrase: "canary",
        }) as string,
      }),
      "tlsPrivateKey",
      "must be an unencrypted",
    ],
    [
      "the key of another certificate",
      () => ({ privateKey: key().export(pkcs8) as string }),
      "tlsPrivateKey",
      "must be the key of the first",
    ],
    ["no key", () => ({ privateKey: undefined as never }), "tlsPrivateKey", "is missing"],
    ["no chain", () => ({ chain: undefined as never }), "tlsPrivateKey", "is missing, or"],
  ])("is named by its field: %s", async (_, changes, field, words) => {
    const refusal = await exchangeAt("https://127.0.0.1:1/", { ...ours, ...changes() }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({
      code: "secret-malformed",
      message: expect.stringMatching(new RegExp(`^${field}: ${words}`)),
    });
    expect(inspect(refusal, { depth: 10 })).not.toMatch(/canary|BEGIN/);
  });
});
