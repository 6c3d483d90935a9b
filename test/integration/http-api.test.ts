import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { signedFetch } from "../../local/signed-fetch.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { createVendClient, useCredential } from "../../local/vend-client.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-stack-"));
let stack: LocalStack;

beforeAll(async () => {
  stack = await startStack({ folder, bundled: inject("bundlesFolder") });
});

afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const tokens = (connection: string) => `${stack.http.url}/v1/tokens/${connection}`;

async function vend(connection: string, query = ""): Promise<VendAnswer> {
  const response = await ask(`${tokens(connection)}${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  return (await response.json()) as VendAnswer;
}

/** Signed, as the consumer. */
const ask: (url: string, request?: { method?: string; body?: string }) => Promise<Response> = (
  url,
  request,
) => signedFetch(stack.identities.consumer.keys, url, request);

function reject(connection: string, body: unknown): Promise<Response> {
  return ask(`${tokens(connection)}/rejections`, { method: "POST", body: JSON.stringify(body) });
}

/** RFC 9457, as every failure is answered. */
async function problemIn(response: Response): Promise<Problem> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  expect(problem.type).toMatch(new RegExp(`^https://.+/problems/${problem.code}$`));
  return problem;
}

it("GET vends what the provider accepts, from every realm", async () => {
  for (const realm of stack.providers.realms.filter(({ user }) => !user)) {
    const connection = `${realm.settings.provider}/${realm.settings.environment}/default`;
    const answer = await vend(connection);
    expect(answer.connection).toBe(connection);
    expect(answer.header.value).toContain(answer.token);
    expect(await useCredential(answer, realm), connection).toBe(200);
  }
});

it("a consent of a realm that has none is refused with what to do instead", async () => {
  const url = `${stack.http.url}/v1/consents/conferma/sandbox/default`;
  const response = await ask(url, { method: "POST" });
  expect(response.status).toBe(403);
  const { message } = (await response.json()) as { message: string };
  expect(message).toContain("A realm without consents has none below /v1/consents");
  expect(message).toContain("Vend from it: GET /v1/tokens/");
});

it("an invocation and the API answer the same", async () => {
  const { realms, conferma } = stack.providers;
  const [realm] = realms.filter(({ settings }) => settings.provider === "conferma");
  const client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
  const invoked = await client.vend(stack.functionOf(realm ?? expect.fail("no realm")).name);
  client.close();
  expect(invoked).toEqual(await vend("conferma/sandbox/default"));
  expect(conferma.counters.issues()).toBe(1);
});

it("POST rejections replaces the version it names, once", async () => {
  const { sendPayments } = stack.providers;
  const first = await vend("send-payments/sandbox/default");
  const answers = await Promise.all(
    [1, 2, 3].map(async () => {
      const response = await reject("send-payments/sandbox/default", { version: first.version });
      expect(response.status).toBe(200);
      return (await response.json()) as VendAnswer;
    }),
  );
  const [second, ...others] = answers;
  expect(second?.version).toBe(first.version + 1);
  for (const other of others) expect(other).toEqual(second);
  expect(sendPayments.counters.issues()).toBe(2);
});

it("a failure is a problem document, with Retry-After where waiting helps", async () => {
  const { oauthServer } = stack.providers;
  const held = await vend("client-credentials/acme/default");
  oauthServer.injectFault({ kind: "throttle", retryAfter: "7" });
  const response = await reject("client-credentials/acme/default", { version: held.version });
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("7");
  expect(await problemIn(response)).toMatchObject({
    code: "provider-throttled",
    connection: "client-credentials/acme/default",
    retryable: true,
    retryAfterSeconds: 7,
  });
});

it.each([
  ["an unknown account", "conferma/sandbox/nobody", 404, "unknown-connection"],
  ["a malformed account", "conferma/sandbox/No%20One", 404, "unknown-connection"],
  ["half a demand", "conferma/sandbox/default?minValiditySeconds=soon", 400, "invalid-request"],
  [
    "a parameter twice",
    "conferma/sandbox/default?minValiditySeconds=1&minValiditySeconds=2",
    400,
    "invalid-request",
  ],
  ["an unknown parameter", "conferma/sandbox/default?fresh=1", 400, "invalid-request"],
  [
    "too much validity",
    "conferma/sandbox/default?minValiditySeconds=3600",
    409,
    "validity-unavailable",
  ],
])("%s is an error of the caller", async (_, connection, status, code) => {
  const response = await ask(tokens(connection));
  expect(response.status).toBe(status);
  expect(response.headers.get("retry-after")).toBeNull();
  expect(await problemIn(response)).toMatchObject({ code, retryable: false });
});

it.each([
  {},
  { version: 0 },
  { version: "1" },
  { version: 1, reason: "401" },
  { version: 99 },
  null,
])("a rejection of %j is refused, and issues nothing", async (body) => {
  const before = stack.providers.conferma.counters.issues();
  const response = await reject("conferma/sandbox/default", body);
  expect(response.status).toBe(400);
  expect((await problemIn(response)).code).toBe("invalid-request");
  expect(stack.providers.conferma.counters.issues()).toBe(before);
});

it("minValiditySeconds of the query counts", async () => {
  const held = await vend("conferma/sandbox/default");
  expect(await vend("conferma/sandbox/default", "?minValiditySeconds=30")).toEqual(held);
});

it("a realm that is not deployed has no route", async () => {
  const response = await ask(tokens("conferma/production/default"));
  expect(response.status).toBeGreaterThanOrEqual(403);
  expect(await response.text()).not.toContain("token-vending");
});

it.each([
  ["no signature", async (url: string) => fetch(url)],
  [
    "the signature of a stranger",
    async (url: string) => {
      const { keys } = stack.identities.consumer;
      return signedFetch({ ...keys, accessKeyId: "AKIASTRANGER" }, url);
    },
  ],
  [
    "a signature that does not fit",
    async (url: string) => {
      const { keys } = stack.identities.consumer;
      return signedFetch({ ...keys, secretAccessKey: "another" }, url);
    },
  ],
])("%s is 403, and reaches no function", async (_, send) => {
  const before = stack.host.processes().map(({ pid, busySince }) => [pid, busySince]);
  const response = await send(tokens("conferma/sandbox/default"));
  expect(response.status).toBe(403);
  expect(response.headers.get("x-amzn-errortype")).toMatch(/^\w+Exception$/);
  expect(Object.keys(Object(await response.json()))).toEqual(["message"]);
  expect(stack.host.processes().map(({ pid, busySince }) => [pid, busySince])).toEqual(before);
});

it("curl vends with the operator's keys", async () => {
  const { accessKeyId, secretAccessKey } = stack.identities.operator.keys;
  const curl = async (secret: string) => {
    const { stdout } = await promisify(execFile)("curl", [
      ...["--silent", "--aws-sigv4", `aws:amz:${LOCAL_LOCATION.region}:execute-api`],
      ...["--user", `${accessKeyId}:${secret}`, tokens("conferma/sandbox/default")],
    ]);
    return JSON.parse(stdout);
  };
  expect(await curl(secretAccessKey)).toEqual(await vend("conferma/sandbox/default"));
  expect(await curl(`${secretAccessKey}x`)).toEqual({
    message: expect.stringContaining("does not match"),
  });
});
