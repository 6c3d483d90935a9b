import { expect, it } from "vitest";
import { httpsTransport } from "../../client/https-transport.ts";
import { createProvenClient } from "../../client/proven-client.ts";
import type { TokenRequestInit } from "../../client/token-fetch.ts";
import type { Received } from "./http-server.ts";
import { startHttpServer } from "./http-server.ts";
import {
  anAnswer,
  connection,
  issuedAt,
  sendAnswer,
  unsigned,
  usableUntil,
} from "./vending-server.ts";

/** What token vending was asked: the request that is to be proven, and with which nonce. */
function askedIn({ url, method, body }: Received): string {
  const query = new URL(url, "http://localhost").searchParams;
  const { version, proofFor, proofNonce } = body ? JSON.parse(body) : Object.fromEntries(query);
  return [method === "POST" && `rejects ${version}`, proofFor, proofNonce]
    .filter(Boolean)
    .join(" ");
}

/** A client. Version 1 is vended until it is rejected; each answer has a proof of its own, which holds the nonce. */
async function startProving() {
  let version = 1;
  const { url: baseUrl, received } = await startHttpServer((request, response, nth) => {
    if (request.method === "POST") version += 1;
    const nonce = askedIn(request).split(" ").at(-1);
    sendAnswer(response, anAnswer(version, { extraHeaders: { DPoP: `proof-${nth}-${nonce}` } }));
  });
  const transport = httpsTransport({ baseUrl, signer: unsigned });
  const now = () => Date.parse(issuedAt);
  return { client: createProvenClient({ connection, transport, now }), received };
}

/** A provider that wants the nonces in turn, tells the one that it wants next, and refuses the tokens of some versions. */
function startProvider(wanted: readonly string[], refused: readonly number[] = []) {
  return startHttpServer(({ headers }, response, nth) => {
    const nonce = wanted[Math.min(nth - 1, wanted.length - 1)] ?? "";
    const isProven = String(headers["dpop"]).endsWith(nonce);
    const isRefused = refused.some((version) =>
      headers.authorization?.includes(`canary-${version}-`),
    );
    const error = isProven ? "invalid_token" : "use_dpop_nonce";
    response.writeHead(isProven && !isRefused ? 200 : 401, {
      ...(nonce && { "dpop-nonce": nonce }),
      "www-authenticate": `DPoP error="${error}"`,
    });
    response.end();
  });
}

it("each request is proven by itself: its method, and its whole address", async () => {
  const [{ client, received }, provider] = [await startProving(), await startProvider([""])];
  const { fetch } = client;
  expect((await fetch(`${provider.url}/cards?all=1`)).status).toBe(200);
  expect((await fetch(`${provider.url}/cards`, { method: "post", body: "{}" })).status).toBe(200);
  expect(received.map(askedIn)).toEqual([
    `GET ${provider.url}/cards?all=1`,
    `POST ${provider.url}/cards`,
  ]);
  const proofs = provider.received.map(({ headers }) => headers["dpop"]);
  expect(new Set(proofs).size).toBe(2);
});

it("a credential that has expired on arrival is asked for once more, and then is a failure", async () => {
  const { url: baseUrl, received } = await startHttpServer((_, response, nth) =>
    sendAnswer(response, anAnswer(nth)),
  );
  const client = createProvenClient({
    ...{ connection, transport: httpsTransport({ baseUrl, signer: unsigned }) },
    now: () => Date.parse(usableUntil),
  });
  const proof = { proofFor: "GET https://api.example/" };
  await expect(client.vend(proof)).rejects.toMatchObject({ code: "malformed-answer" });
  expect(received.map(askedIn)).toEqual([proof.proofFor, proof.proofFor]);
});

it("a method is proven as it is sent", async () => {
  const [{ client, received }, provider] = [await startProving(), await startProvider([""])];
  for (const method of ["post", "Put", "PURGE"]) await client.fetch(`${provider.url}/`, { method });
  const sent = provider.received.map(({ method }) => `${method} ${provider.url}/`);
  expect(received.map(askedIn)).toEqual(sent);
});

it("each caller gets a credential of its own, also at the same instant", async () => {
  const { client } = await startProving();
  const proof = { proofFor: "GET https://api.example/" };
  const vended = await Promise.all([client.vend(proof), client.vend(proof), client.vend(proof)]);
  expect(new Set(vended.map(({ headers }) => headers["DPoP"])).size).toBe(3);
});

it("a nonce that is wanted is used at once, and for the requests after it", async () => {
  const [{ client, received }, provider] = [await startProving(), await startProvider(["n1"])];
  const { fetch } = client;
  for (let count = 0; count < 2; count += 1)
    expect((await fetch(`${provider.url}/`)).status).toBe(200);
  const asked = `GET ${provider.url}/`;
  expect(received.map(askedIn)).toEqual([asked, `${asked} n1`, `${asked} n1`]);
  expect(provider.received).toHaveLength(3);
});

it("a nonce that is wanted anew each time ends in the provider's answer, and is no rejection", async () => {
  const { client, received } = await startProving();
  const provider = await startProvider(["n1", "n2", "n3"]);
  const response = await client.fetch(provider.url);
  expect(response.status).toBe(401);
  expect(received.filter(({ method }) => method === "POST")).toEqual([]);
});

it("a token that the provider refuses is reported once, and its successor proven with the nonce", async () => {
  const { client, received } = await startProving();
  const provider = await startProvider(["n1"], [1]);
  expect((await client.fetch(`${provider.url}/`)).status).toBe(200);
  const asked = `GET ${provider.url}/`;
  expect(received.map(askedIn)).toEqual([asked, `${asked} n1`, `rejects 1 ${asked} n1`]);
});

it("a request whose body is a stream is not sent again", async () => {
  const [{ client }, provider] = [await startProving(), await startProvider(["n1"])];
  const body = new Blob(["a=1"]).stream();
  const init = { method: "POST", body, duplex: "half" } as TokenRequestInit;
  expect((await client.fetch(provider.url, init)).status).toBe(401);
  expect(provider.received).toHaveLength(1);
});
