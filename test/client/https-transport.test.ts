import { describe, expect, it } from "vitest";
import { httpsTransport } from "../../client/https-transport.ts";
import { withLinks } from "../../client/with-links.ts";
import type { HttpServer } from "./http-server.ts";
import { startHttpServer } from "./http-server.ts";
import { expectedSignature, sdkSigner, signatureOf } from "./signer.ts";
import { anAnswer, sendAnswer } from "./vending-server.ts";

const never = new AbortController().signal;

function startApi(): Promise<HttpServer> {
  return startHttpServer((_, response) => sendAnswer(response, anAnswer(1)));
}

describe("over the API", () => {
  it("a vend is a GET of the connection's path, below the stage", async () => {
    const api = await startApi();
    const transport = httpsTransport({ baseUrl: `${api.url}/prod/`, signer: sdkSigner });
    const connection = "conferma/production/default";
    expect(await transport({ connection }, never)).toEqual(anAnswer(1));
    await transport({ connection, minValiditySeconds: 30 }, never);
    expect(api.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /prod/v1/tokens/conferma/production/default",
      "GET /prod/v1/tokens/conferma/production/default?minValiditySeconds=30",
    ]);
  });

  it("a rejection is a POST of the version", async () => {
    const api = await startApi();
    const transport = httpsTransport({ baseUrl: api.url, signer: sdkSigner });
    const connection = "conferma/production/default";
    await transport({ connection, rejectedVersion: 12, minValiditySeconds: 30 }, never);
    await transport({ connection, rejectedVersion: 13, proofFor: "GET https://a.example" }, never);
    expect(api.received.at(-1)?.body).toBe('{"version":13,"proofFor":"GET https://a.example"}');
    expect(api.received.slice(0, 1)).toMatchObject([
      {
        method: "POST",
        url: "/v1/tokens/conferma/production/default/rejections",
        body: '{"version":12}',
        headers: { "content-type": "application/json" },
      },
    ]);
  });

  it("with links, a vend is the POST whose callers may have them", async () => {
    const api = await startApi();
    const transport = httpsTransport({ baseUrl: api.url, signer: sdkSigner, withLinks });
    const connection = "connectpay/production/jo@acme.example";
    await transport({ connection }, never);
    await transport({ connection, minValiditySeconds: 30 }, never);
    await transport({ connection, rejectedVersion: 12 }, never);
    await transport({ connection, consentId: "an-id.1z/x" }, never);
    const account = "connectpay/production/jo%40acme.example";
    expect(api.received.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      `POST /v1/tokens/${account}/with-link `,
      `POST /v1/tokens/${account}/with-link?minValiditySeconds=30 `,
      `POST /v1/tokens/${account}/rejections {"version":12}`,
      `GET /v1/consents/${account}/an-id.1z%2Fx `,
    ]);
    for (const request of api.received) {
      expect(signatureOf(request).signature).toBe(expectedSignature(request));
    }
  });

  it.each([
    ["conferma/production/default", {}],
    ["conferma/production/default", { minValiditySeconds: 30 }],
    ["conferma/production/default", { rejectedVersion: 12 }],
    ["centrapay-user/production/jo+pay=1@acme.example", { minValiditySeconds: 5 }],
    ["centrapay-user/production/jo+pay=1@acme.example", { rejectedVersion: 3 }],
  ])("the SDK's signature matches the request: %s %j", async (connection, wish) => {
    const api = await startApi();
    const transport = httpsTransport({ baseUrl: `${api.url}/prod`, signer: sdkSigner });
    await transport({ connection, ...wish }, never);
    const [request] = api.received;
    if (!request) throw new Error("Nothing was sent.");
    const { signature, signed } = signatureOf(request);
    expect(signature).toBe(expectedSignature(request));
    expect(signed).toEqual(expect.arrayContaining(["host", "x-amz-date", "x-amz-security-token"]));
    expect(request.headers.host).toBe(new URL(api.url).host);
    expect(decodeURIComponent(request.url)).toContain(connection);
  });
});

it("a signed request is not sent on to where the API redirects", async () => {
  const elsewhere = await startApi();
  const api = await startHttpServer((_, response) => {
    response.writeHead(302, { location: elsewhere.url }).end();
  });
  const transport = httpsTransport({ baseUrl: api.url, signer: sdkSigner });
  const vending = transport({ connection: "conferma/production/default" }, never);
  await expect(vending).rejects.toThrow("HTTP302");
  expect(elsewhere.received).toEqual([]);
});

it.each([undefined, "", "not an address", "http://api.example/prod"])(
  "an address to which no credential may travel is refused at once: %s",
  (baseUrl) => {
    expect(() => httpsTransport({ baseUrl, signer: sdkSigner })).toThrow(TypeError);
  },
);
