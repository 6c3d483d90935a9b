import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCertificateAuthority } from "../../local/simulators/kit/certificates.ts";
import { rawServer } from "../support/raw-server.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { bundleOf, vendTokenBundle } from "../support/stack-bundle.ts";
import { startVendProcess } from "../support/vend-process.ts";

const realm = {
  provider: "connectpay",
  environment: "stage",
  authorizeUrl: "https://api2.example/authorize",
  tokenUrl: "https://api.example/token",
};

/** The environment of a deployed function: Lambda's variables and infra's. */
const deployed = {
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_REGION: "ap-southeast-2",
  AWS_ACCESS_KEY_ID: "id",
  AWS_SECRET_ACCESS_KEY: "key",
  // Nobody's, so that no test asks AWS.
  AWS_ENDPOINT_URL: "https://aws.example",
  TABLE_NAME: "token-vending",
  REALM: JSON.stringify(realm),
  REALMS: JSON.stringify([{ provider: "connectpay", environment: "stage" }]),
  SECRET_PREFIX: "token-vending/connectpay/stage/",
  SEALING_KEY: "arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd",
  EVENT_BUS: "token-vending",
  CONSENT_BASE_URL: "https://consents.example",
};

/** Loads a function's bundle as Lambda does; null when it starts, else the error's line. */
function startFailure(name: string, changes: object, options: readonly string[] = []) {
  const load = `await import(${JSON.stringify(pathToFileURL(bundleOf(name)))})`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [...options, "--input-type=module", "--eval", load],
    { env: { ...deployed, ...changes }, encoding: "utf8" },
  );
  return status === 0 ? null : (/StartUpError: .*/.exec(stderr)?.[0] ?? stderr);
}

const functions = [
  "vend-token",
  "renew-tokens",
  "begin-consent",
  "complete-consent",
  "list-connections",
  "publish-events",
];

describe.each(functions)("%s, deployed", (name) => {
  it("starts with what Lambda and infra set", () => {
    expect(startFailure(name, {})).toBeNull();
  });

  it("does not start with a variable that weakens it", () => {
    expect(startFailure(name, { NODE_DEBUG: "http" })).toMatch(/NODE_DEBUG is set/);
  });

  it("does not start with an argument of Node that weakens it", () => {
    expect(startFailure(name, {}, ["--insecure-http-parser"])).toMatch(/--insecure-http-parser/);
  });
});

/** They have no realm, and no key. */
const ofAllRealms = ["list-connections", "publish-events"];

describe.each(functions.filter((name) => !ofAllRealms.includes(name)))("%s, deployed", (name) => {
  it("does not start with a local key, which it starts with elsewhere", () => {
    const local = { SEALING_KEY: `local:${Buffer.alloc(32, 7).toString("base64")}` };
    expect(startFailure(name, local)).toMatch(/SEALING_KEY must be the ARN/);
    expect(startFailure(name, { ...local, AWS_EXECUTION_ENV: "" })).toBeNull();
  });

  it("does not start with a local address of its provider", () => {
    const REALM = JSON.stringify({ ...realm, tokenUrl: "http://127.0.0.1:1/token" });
    expect(startFailure(name, { REALM })).toMatch(/REALM: tokenUrl: /);
    expect(startFailure(name, { REALM, AWS_EXECUTION_ENV: "" })).toBeNull();
  });
});

it.each(["begin-consent", "complete-consent"])(
  "%s, deployed, does not start with a local consent host",
  (name) => {
    const local = { CONSENT_BASE_URL: "http://localhost:1" };
    expect(startFailure(name, local)).toMatch(/CONSENT_BASE_URL must be /);
    expect(startFailure(name, { ...local, AWS_EXECUTION_ENV: "" })).toBeNull();
  },
);

it("AWS is called over verified TLS, whatever the environment says", async () => {
  const authority = await createCertificateAuthority("stranger");
  const { chain, privateKey } = await authority.issueServer();
  const requests: unknown[] = [];
  const server = createServer({ cert: chain, key: privateKey }, (request, response) => {
    requests.push(request.url);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const vending = await startVendProcess(vendTokenBundle(), {
    ...deployed,
    AWS_EXECUTION_ENV: "",
    AWS_ENDPOINT_URL_DYNAMODB: `https://127.0.0.1:${port}`,
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
  });
  onTestFinished(() => vending.stop());

  expect(versionOrCode(await vending.vend())).toBe("store-unavailable");
  expect(requests).toEqual([]);
});

it("AWS is not called without TLS, even where a configuration file says so", async () => {
  const server = await rawServer((socket) => socket.end("HTTP/1.1 500 No\r\n\r\n"));
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-config-"));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });
  const AWS_CONFIG_FILE = path.join(folder, "config");
  writeFileSync(AWS_CONFIG_FILE, `[default]\nendpoint_url = ${server.url}\n`);
  const start = async (changes: object) => {
    const variables = { ...deployed, AWS_ENDPOINT_URL: "", ...changes };
    const vending = await startVendProcess(vendTokenBundle(), variables);
    onTestFinished(() => vending.stop());
    return vending;
  };

  const vending = await start({ AWS_CONFIG_FILE });
  expect(versionOrCode(await vending.vend())).toBe("store-unavailable");
  expect(server.received).toEqual([]);

  const elsewhere = await start({ AWS_CONFIG_FILE, AWS_EXECUTION_ENV: "" });
  expect(versionOrCode(await elsewhere.vend())).toBe("store-unavailable");
  expect(server.received.length).toBeGreaterThan(0);
});
