import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:http";
import { Socket } from "node:net";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectToAws } from "../../functions/platform/aws-connection.ts";
import { awsSigner, readAws } from "../../functions/platform/aws-read.ts";
import { correctedClock } from "../../functions/platform/corrected-clock.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { listen } from "../../local/aws/listen.ts";
import { readBytes } from "../../local/aws/read-body.ts";
import { authenticator } from "../../local/aws/sigv4/authenticate.ts";
import { createPrincipals } from "../../local/aws/sigv4/principals.ts";
import { rawServer } from "../support/raw-server.ts";

const { region } = LOCAL_LOCATION;
const principals = createPrincipals();
const { keys } = principals.assume("arn:aws:iam::000000000000:role/Vend", "vend-token");
const variables = {
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  AWS_SESSION_TOKEN: keys.sessionToken,
};
const aRead = {
  ...({ service: "dynamodb", jsonVersion: "1.0" } as const),
  target: "DynamoDB_20120810.GetItem",
  input: { TableName: "tokens", Key: { pk: { S: "conferma/test/default – ä" } } },
} as const;

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A connection to an AWS that answers so, and the instants at which its clock was corrected. */
async function connectedTo(answer: Answer, changes: object = {}) {
  const server = await listen(createServer((request, response) => void answer(request, response)));
  onTestFinished(() => server.stop());
  return { ...connection(server.url, changes), url: server.url };
}

function connection(AWS_ENDPOINT_URL: string, changes: object = {}) {
  const corrections: number[] = [];
  const clock = correctedClock(systemClock, (ms) => corrections.push(ms));
  const aws = connectToAws(
    Object.assign(changes, { ...variables, AWS_ENDPOINT_URL, ...changes }),
    clock,
  );
  return { aws, corrections };
}

const answering =
  (body: string | Buffer, status = 200, headers = {}): Answer =>
  async (request, response) => {
    await readBytes(request);
    response.writeHead(status, headers).end(body);
  };

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf(headers: IncomingMessage["headers"], body: string): string {
  const [, scope = "", names = ""] =
    /Credential=\w+\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? "") ?? [];
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const canonical = names.split(";").map((name) => `${name}:${headers[name]}\n`);
  const request = `POST\n/\n\n${canonical.join("")}\n${names}\n${sha256(body)}`;
  const text = `AWS4-HMAC-SHA256\n${headers["x-amz-date"]}\n${scope}\n${sha256(request)}`;
  const hmac = (key: string | Buffer, part: string) =>
    createHmac("sha256", key).update(part).digest();
  const secret: string | Buffer = `AWS4${keys.secretAccessKey}`;
  const key = scope.split("/").reduce<string | Buffer>(hmac, secret);
  return hmac(key, text).toString("hex");
}

describe("a read without the SDK", () => {
  test("is signed as AWS verifies it, with the session token", async () => {
    const authenticate = authenticator(principals);
    const verdicts: unknown[] = [];
    const { aws } = await connectedTo(async (request, response) => {
      const body = (await readBytes(request)) ?? Buffer.alloc(0);
      const signer = authenticate(request, body, "dynamodb").catch((error: unknown) => error);
      verdicts.push(await signer, JSON.parse(body.toString()), request.headers);
      response.end('{"Item":{}}');
    });

    expect(await aws.read(aRead)).toEqual({ Item: {} });

    const [signer, input, headers] = verdicts;
    expect(signer).toMatchObject({ keys: { accessKeyId: keys.accessKeyId } });
    expect(input).toEqual(aRead.input);
    expect(headers).toMatchObject({
      "x-amz-security-token": keys.sessionToken,
      "x-amz-target": "DynamoDB_20120810.GetItem",
      "content-type": "application/x-amz-json-1.0",
    });
  });

  test("has the signature that AWS describes, computed here from what arrived", async () => {
    const stated: unknown[] = [];
    const { aws } = await connectedTo(async ({ headers }, response) => {
      stated.push(headers.authorization, signatureOf(headers, JSON.stringify(aRead.input)));
      response.end("{}");
    });
    await aws.read(aRead);
    const [authorization, signature] = stated;
    expect(authorization).toMatch(new RegExp(`, Signature=${signature}$`));
  });

  test("is signed with the credentials that the variables hold at that moment", async () => {
    const signers: unknown[] = [];
    const changing: Record<string, string> = {};
    const { aws } = await connectedTo((request, response) => {
      signers.push(/Credential=(\w+)/.exec(request.headers.authorization ?? "")?.[1]);
      response.end("{}");
    }, changing);
    await aws.read(aRead);
    changing["AWS_ACCESS_KEY_ID"] = "ASIAROTATED";
    await aws.read(aRead);
    expect(signers).toEqual([keys.accessKeyId, "ASIAROTATED"]);
  });

  test("goes to the Region that it names", async () => {
    const scopes: unknown[] = [];
    const { aws } = await connectedTo((request, response) => {
      scopes.push(/Credential=[^/]+\/\d+\/([^,]+)/.exec(request.headers.authorization ?? "")?.[1]);
      response.end("{}");
    });
    const ofKms = { service: "kms", target: "TrentService.Decrypt", jsonVersion: "1.1" } as const;
    await aws.read({ ...ofKms, region: "eu-west-1", input: {} });
    await aws.read({ ...ofKms, input: {} });
    expect(scopes).toEqual(["eu-west-1/kms/aws4_request", `${region}/kms/aws4_request`]);
  });

  test("uses one connection for many reads, and the SDK's requests use it too", async () => {
    const ports = new Set<number | undefined>();
    const { aws, url } = await connectedTo(async (request, response) => {
      await readBytes(request);
      ports.add(request.socket.remotePort);
      response.writeHead(ports.size > 1 ? 500 : 200).end("{}");
    });
    for (let time = 0; time < 3; time += 1) expect(await aws.read(aRead)).toEqual({});
    const client = new DynamoDBClient({ ...(await aws.sdkOptions()), endpoint: url, region });
    await client.send(new GetItemCommand(aRead.input));
    expect(ports.size).toBe(1);
  });

  test("after which its connection was closed is followed by one over a new connection", async () => {
    let requests = 0;
    const { aws } = await connectedTo(async (request, response) => {
      await readBytes(request);
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end('{"n":1}');
    });
    expect(await aws.read(aRead)).toEqual({ n: 1 });
    expect(await aws.read(aRead)).toEqual({ n: 1 });
    expect(requests).toBe(3);
  });

  test("tells the clock what time AWS states, whatever the answer; so does a request of the SDK's", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const bySdk = async ({ aws, url }: Awaited<ReturnType<typeof connectedTo>>) => {
      const client = new DynamoDBClient({ ...(await aws.sdkOptions()), endpoint: url, region });
      await client.send(new GetItemCommand(aRead.input)).catch(() => {});
    };
    for (const [status, ask] of [
      [200, ({ aws }) => aws.read(aRead)],
      [400, ({ aws }) => aws.read(aRead)],
      [200, bySdk],
    ] satisfies [
      number,
      (connected: Awaited<ReturnType<typeof connectedTo>>) => Promise<unknown>,
    ][]) {
      const connected = await connectedTo(answering("{}", status, { date }));
      await ask(connected);
      const { corrections } = connected;
      expect(corrections).toHaveLength(1);
      expect(corrections[0]).toBeGreaterThan(-3_602_000);
      expect(corrections[0]).toBeLessThan(-3_598_000);
    }
  });
});

describe("the SDK is to be asked after", () => {
  test.each([
    ["a refusal", answering('{"__type":"ResourceNotFoundException"}', 400)],
    ["a failure", answering("{}", 500)],
    ["an answer of another kind of success", answering("{}", 206)],
    ["a redirect", answering("{}", 307, { location: "http://127.0.0.1:1/" })],
    ["an answer that is no JSON", answering("<html>")],
    ["an empty answer", answering("")],
    ["bytes that are no UTF-8", answering(Buffer.from([0x22, 0xff, 0x22]))],
    ["a compressed answer", answering("{}", 200, { "content-encoding": "gzip" })],
    ["more than 64 KB", answering(JSON.stringify("a".repeat(65_536)))],
    ["a connection that is closed", (request) => request.socket.destroy()],
  ] satisfies [string, Answer][])("%s", async (_, answer) => {
    const { aws } = await connectedTo(answer);
    expect(await aws.read(aRead)).toBeUndefined();
  });

  test("an answer that takes longer than a second", async () => {
    const { aws } = await connectedTo(() => {});
    const begun = performance.now();
    expect(await aws.read(aRead)).toBeUndefined();
    expect(performance.now() - begun).toBeGreaterThan(990);
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test("one whose body does not end within a second", async () => {
    const { aws } = await connectedTo((_, response) => response.write('{"Item":'));
    expect(await aws.read(aRead)).toBeUndefined();
  });

  test("an answer that is cut off, at once", async () => {
    const { aws } = await connectedTo((request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{}", () => request.socket.destroy());
    });
    const begun = performance.now();
    expect(await aws.read(aRead)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(900);
  });

  test("a switch of protocols", async () => {
    const server = await rawServer((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    );
    onTestFinished(() => server.stop());
    expect(await connection(server.url).aws.read(aRead)).toBeUndefined();
  });

  test("no connection, at once", async () => {
    const begun = performance.now();
    expect(await connection("http://127.0.0.1:1").aws.read(aRead)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test("half a second without a connection", async () => {
    /** Connections that are never made. */
    class Unconnected extends Agent {
      override createConnection() {
        return Object.assign(new Socket(), { connecting: true });
      }
    }
    const way = {
      ...{ url: new URL("http://127.0.0.1:1"), signer: awsSigner("dynamodb", region, () => keys) },
      ...{ agent: new Unconnected(), clock: systemClock, stated: () => {} },
    };
    const begun = performance.now();
    expect(await readAws(aRead, way, new AbortController().signal)).toBeUndefined();
    expect(performance.now() - begun).toBeGreaterThan(490);
    expect(performance.now() - begun).toBeLessThan(950);
  });

  test("an abort, at once", async () => {
    const { aws } = await connectedTo(() => {});
    const controller = new AbortController();
    const reading = aws.read(aRead, controller.signal);
    setTimeout(() => controller.abort(), 20);
    const begun = performance.now();
    expect(await reading).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(900);
  });

  test("an abort before it is sent: nothing is", async () => {
    let requests = 0;
    const { aws } = await connectedTo((_, response) => {
      requests += 1;
      response.end("{}");
    });
    expect(await aws.read(aRead, AbortSignal.abort())).toBeUndefined();
    expect(await aws.read(aRead)).toEqual({});
    expect(requests).toBe(1);
  });
});

describe("nothing is sent without the SDK", () => {
  test.each([
    ["without a key", { AWS_ACCESS_KEY_ID: "" }],
    ["without a secret key", { AWS_SECRET_ACCESS_KEY: undefined }],
    ["without a Region", { AWS_REGION: "" }],
    ["to where only the SDK can tell", { AWS_USE_FIPS_ENDPOINT: "true" }],
    ["over http by a deployed function", { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" }],
  ])("%s", async (_, changes) => {
    let requests = 0;
    const { aws } = await connectedTo((_request, response) => {
      requests += 1;
      response.end("{}");
    }, changes);
    expect(await aws.read(aRead)).toBeUndefined();
    expect(requests).toBe(0);
  });
});
