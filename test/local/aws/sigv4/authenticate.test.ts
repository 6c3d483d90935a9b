import { execFile, spawnSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, it, onTestFinished } from "vitest";
import { LOCAL_LOCATION } from "../../../../local/aws/arns.ts";
import { AwsError } from "../../../../local/aws/json-protocol/aws-json.ts";
import { listen } from "../../../../local/aws/listen.ts";
import { readBytes } from "../../../../local/aws/read-body.ts";
import { authenticator } from "../../../../local/aws/sigv4/authenticate.ts";
import type { AccessKeys, Principal } from "../../../../local/aws/sigv4/principals.ts";
import { createPrincipals } from "../../../../local/aws/sigv4/principals.ts";
import { unless } from "../../../support/unless.ts";

const now = new Date("2026-11-21T06:00:00.000Z");
const principals = createPrincipals();
const operator = principals.user("operator");
const vending = principals.assume("arn:aws:iam::000000000000:role/Vend", "vend-token");
const authenticate = authenticator(principals, LOCAL_LOCATION, () => now);
const { sha256 } = new LambdaClient().config;

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Signing {
  readonly keys?: AccessKeys;
  readonly region?: string;
  readonly service?: string;
  readonly signingDate?: Date;
  readonly path?: string;
  readonly body?: string;
}

/** A POST as the AWS SDK signs it. */
async function signed(how: Signing = {}): Promise<Sent> {
  const { keys = operator.keys, region = LOCAL_LOCATION.region, service = "execute-api" } = how;
  const { path = "/v1/tokens/a/b/default", body = '{"version":1}', signingDate = now } = how;
  const signer = new SignatureV4({ region, service, credentials: keys, sha256 });
  const request = {
    ...{ method: "POST", protocol: "http:", hostname: "127.0.0.1", path, body },
    query: { minValiditySeconds: "30", tag: ["b", "a b"] },
    headers: { host: "127.0.0.1:80", "content-type": "application/json", accept: "*/*" },
  };
  const { headers } = await signer.sign(request, { signingDate });
  return { method: "POST", url: `${path}?tag=b&tag=a%20b&minValiditySeconds=30`, headers, body };
}

const verdict = async ({ body, ...request }: Sent): Promise<Principal | string> => {
  try {
    return await authenticate(request, Buffer.from(body), "execute-api");
  } catch (error) {
    return error instanceof AwsError ? error.type : String(error);
  }
};

it.each([
  ["a user", operator],
  ["a role, with the token of its session", vending],
])("%s is identified by the SDK's signature", async (_, principal) => {
  expect(await verdict(await signed({ keys: principal.keys }))).toBe(principal);
});

it.each([
  ["/v1/tokens/centrapay-user/test/jo%2Bpay%3D1%40acme.example"],
  ["/v1/tokens/a/b/%E2%82%AC"],
  ["/"],
])("a signature over the path %s is valid", async (path) => {
  expect(await verdict(await signed({ path }))).toBe(operator);
});

it.each<[string, (sent: Sent) => Partial<Sent>]>([
  ["another method", () => ({ method: "GET" })],
  ["another path", () => ({ url: "/v1/tokens/a/c/default?tag=b&tag=a%20b&minValiditySeconds=30" })],
  ["a parameter more", ({ url }) => ({ url: `${url}&more=1` })],
  ["a parameter less", () => ({ url: "/v1/tokens/a/b/default?tag=b&tag=a%20b" })],
  ["a query that cannot be decoded", ({ url }) => ({ url: `${url}&%` })],
  ["another body", () => ({ body: '{"version":2}' })],
  ["no body", () => ({ body: "" })],
  ["another type of body", ({ headers }) => ({ headers: { ...headers, "content-type": "x/y" } })],
  ["another host", ({ headers }) => ({ headers: { ...headers, host: "127.0.0.1:81" } })],
  [
    "another body, with its right hash",
    ({ headers }) => ({
      body: "",
      headers: {
        ...headers,
        "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      },
    }),
  ],
  [
    "a body that is not hashed",
    ({ headers }) => ({ headers: { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }),
  ],
  [
    "another instant",
    ({ headers }) => ({ headers: { ...headers, "x-amz-date": "20261121T060001Z" } }),
  ],
  [
    "fewer headers said to be signed",
    ({ headers }) => ({
      headers: {
        ...headers,
        authorization: `${headers["authorization"]}`.replace("content-type;", ""),
      },
    }),
  ],
])("%s than was signed is an invalid signature", async (_, change) => {
  const sent = await signed();
  expect(await verdict({ ...sent, ...change(sent) })).toBe("InvalidSignatureException");
});

it("a header that is not signed may change", async () => {
  const sent = await signed();
  expect(await verdict({ ...sent, headers: { ...sent.headers, "x-trace": "1" } })).toBe(operator);
});

it.each<[string, Signing, string]>([
  [
    "with another's secret",
    { keys: { ...operator.keys, secretAccessKey: vending.keys.secretAccessKey } },
    "InvalidSignatureException",
  ],
  [
    "with keys that nobody has",
    { keys: { ...operator.keys, accessKeyId: "AKIANOBODY" } },
    "UnrecognizedClientException",
  ],
  [
    "with a role's keys and no session",
    { keys: { ...vending.keys, sessionToken: "" } },
    "UnrecognizedClientException",
  ],
  [
    "with a user's keys and a session",
    { keys: { ...operator.keys, sessionToken: "made up" } },
    "UnrecognizedClientException",
  ],
  ["for another Region", { region: "us-east-1" }, "InvalidSignatureException"],
  ["for another service", { service: "lambda" }, "InvalidSignatureException"],
  [
    "more than five minutes ago",
    { signingDate: new Date(now.getTime() - 301_000) },
    "InvalidSignatureException",
  ],
  [
    "more than five minutes hence",
    { signingDate: new Date(now.getTime() + 301_000) },
    "InvalidSignatureException",
  ],
])("a request signed %s is refused", async (_, how, type) => {
  expect(await verdict(await signed(how))).toBe(type);
});

it.each([-299_000, 299_000])("a clock that is %i ms off is accepted", async (byMs) => {
  const signingDate = new Date(now.getTime() + byMs);
  expect(await verdict(await signed({ signingDate }))).toBe(operator);
});

it.each<[string, string | undefined, string]>([
  ["no signature", undefined, "MissingAuthenticationTokenException"],
  ["an empty one", "", "MissingAuthenticationTokenException"],
  ["another scheme", "Bearer abc", "IncompleteSignatureException"],
  [
    "no credential",
    "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0",
    "IncompleteSignatureException",
  ],
  [
    "half a scope",
    "AWS4-HMAC-SHA256 Credential=AKIA/20261121, SignedHeaders=host, Signature=0",
    "IncompleteSignatureException",
  ],
])("%s is %s", async (_, authorization, type) => {
  const { headers: all, ...sent } = await signed();
  const { authorization: _signature, ...headers } = all;
  expect(
    await verdict({
      ...sent,
      headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    }),
  ).toBe(type);
});

it("a missing date is an incomplete signature, and a date of another day than the scope's an invalid one", async () => {
  const sent = await signed();
  const { "x-amz-date": _, ...undated } = sent.headers;
  expect(await verdict({ ...sent, headers: undated })).toBe("IncompleteSignatureException");
  const headers = { ...sent.headers, "x-amz-date": "20261120T235900Z" };
  expect(await verdict({ ...sent, headers })).toBe("InvalidSignatureException");
});

/** What the server said of each request that `send` made to it. */
async function toldOf(send: (url: string) => Promise<unknown>): Promise<(Principal | string)[]> {
  const told: (Principal | string)[] = [];
  const check = authenticator(principals);
  const server = await listen(
    createServer((request, response) => {
      const admit = async () => {
        const body = (await readBytes(request)) ?? Buffer.alloc(0);
        return check(request, body, "execute-api");
      };
      const tell = (said: Principal | string) => {
        told.push(said);
        response.end();
      };
      admit().then(tell, (error: unknown) => tell(String(error)));
    }),
  );
  onTestFinished(server.stop);
  await send(server.url);
  return told;
}

const { accessKeyId, secretAccessKey } = operator.keys;
const curl = (secret: string, url: string, options: readonly string[] = []) =>
  promisify(execFile)("curl", [
    ...["--silent", "--aws-sigv4", `aws:amz:${LOCAL_LOCATION.region}:execute-api`],
    ...["--user", `${accessKeyId}:${secret}`, ...options, url],
  ]);

it.each([
  ["a GET", "/v1/tokens/conferma/sandbox/default", []],
  ["a GET with a query", "/v1/tokens/conferma/sandbox/default?minValiditySeconds=30", []],
  ["a GET with an encoded realm", "/v1/connections?realm=conferma%2Fproduction", []],
  [
    "a POST",
    "/v1/tokens/conferma/sandbox/default/rejections",
    ["-H", "Content-Type: application/json", "-d", '{"version":1}'],
  ],
])("curl's signature of %s is valid", async (_, path, options) => {
  const told = await toldOf(async (url) => {
    await curl(secretAccessKey, `${url}${path}`, options);
    await curl(`${secretAccessKey}x`, `${url}${path}`, options);
  });
  expect(told).toEqual([operator, expect.stringContaining("does not match")]);
});

// AWS encodes every reserved character of a query before it compares (SigV4, canonical query string); curl before 8.3
// and botocore sign the query as it is written.
it("a slash in a query has to be encoded for those that sign the query as it is", async () => {
  const signedAsIs = (query: string) => signedGet("/v1/connections", query);
  expect(await verdict(signedAsIs("realm=conferma/production"))).toBe("InvalidSignatureException");
  expect(await verdict(signedAsIs("realm=conferma%2Fproduction"))).toBe(operator);
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, step by step. */
function signedGet(path: string, query: string): Sent {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const date = "20261121T060000Z";
  const scope = `20261121/${LOCAL_LOCATION.region}/execute-api/aws4_request`;
  const canonical = ["GET", path, query, "host:a", `x-amz-date:${date}`, "", "host;x-amz-date"];
  const toSign = ["AWS4-HMAC-SHA256", date, scope, hash([...canonical, hash("")].join("\n"))];
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign.join("\n")).toString("hex");
  const credential = `Credential=${accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  const headers = { host: "a", "x-amz-date": date, authorization };
  return { method: "GET", url: `${path}?${query}`, headers, body: "" };
}

const python = ["python3", "-c"] as const;
const hasBotocore = spawnSync(python[0], [python[1], "import botocore"]).status === 0;

it
  .skipIf(!hasBotocore)
  .each([
    "/v1/tokens/conferma/sandbox/default?minValiditySeconds=30",
    "/v1/connections?realm=conferma%2Fproduction&cursor=a%2Bb%3D",
    "/v1/tokens/centrapay-user/test/jo%40acme.example",
  ])(`botocore's signature of %s is valid${unless(hasBotocore, "botocore")}`, async (path) => {
  const told = await toldOf((url) =>
    promisify(execFile)(python[0], [python[1], signWithBotocore, `${url}${path}`, secretAccessKey]),
  );
  expect(told).toEqual([operator]);
});

const signWithBotocore = `
import sys, urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
_, url, secret = sys.argv
request = AWSRequest("GET", url)
SigV4Auth(Credentials("${accessKeyId}", secret), "execute-api", "${LOCAL_LOCATION.region}").add_auth(request)
urllib.request.urlopen(urllib.request.Request(url, headers=dict(request.headers))).read()
`;
