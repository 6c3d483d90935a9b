import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { listen } from "../../local/aws/listen.ts";
import { readBytes } from "../../local/aws/read-body.ts";
import { createCertificateAuthority } from "../../local/simulators/kit/certificates.ts";
import type { TestStack } from "../support/stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { vendTokenBundle } from "../support/stack-bundle.ts";
import { confermaWorld } from "../support/stack-realms.ts";
import { TABLE } from "../support/token-table.ts";
import { startVendProcess } from "../support/vend-process.ts";

/** The stack's services behind TLS, at a name that is no local one; and how a process gets there. */
async function deployedAws({ dynamoDb, kms, secretsManager }: TestStack) {
  const urls = {
    DynamoDB_20120810: dynamoDb.url,
    TrentService: kms.url,
    secretsmanager: secretsManager.url,
  };
  const authority = await createCertificateAuthority("AWS");
  const { chain, privateKey } = await authority.issueServer("aws.example");
  const operations: string[] = [];
  const connections = new Set<unknown>();
  const server = createServer({ cert: chain, key: privateKey }, async (request, response) => {
    const [service = "", operation = ""] = String(request.headers["x-amz-target"]).split(".");
    operations.push(operation || `${request.method} ${request.url}`);
    connections.add(request.socket);
    const url = new Map(Object.entries(urls)).get(service);
    if (!url) return void response.writeHead(404).end();
    const names = ["authorization", "content-type", "x-amz-date", "x-amz-target"];
    const headers = names.map((name): [string, string] => [name, String(request.headers[name])]);
    const body = await readBytes(request);
    const answer = await fetch(url, { method: "POST", headers, body: body ?? null });
    response.writeHead(answer.status);
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  const { port, stop } = await listen(server);
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-deployed-"));
  const file = path.join(folder, "authority.pem");
  writeFileSync(file, authority.certificate);
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await stop();
  });
  const preload = new URL("./trusting-aws.mjs", import.meta.url);
  preload.searchParams.set("authority", file);
  return {
    operations,
    connections,
    endpoint: `https://aws.example:${port}`,
    execArgv: [`--import=${preload}`],
  };
}

/** A process as Lambda starts it. */
async function startDeployed(
  { stack, realm }: Awaited<ReturnType<typeof confermaWorld>>,
  { endpoint, execArgv }: Awaited<ReturnType<typeof deployedAws>>,
  tokenUrl: string,
) {
  const variables = {
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: LOCAL_LOCATION.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: endpoint,
    TABLE_NAME: TABLE,
    REALM: JSON.stringify({ ...realm, tokenUrl }),
    SECRET_PREFIX: "token-vending/conferma/test/",
    ...stack.kmsKey,
  };
  const deployed = await startVendProcess(vendTokenBundle(), variables, execArgv);
  onTestFinished(() => deployed.stop());
  return deployed;
}

it("a deployed function sends no credentials to a name that leads to this machine", async () => {
  const world = await confermaWorld();
  const aws = await deployedAws(world.stack);
  const deployed = await startDeployed(world, aws, `${aws.endpoint}/token`);
  expect(versionOrCode(await deployed.vend())).toBe("provider-unavailable");
  expect(aws.operations).toContain("GetSecretValue");
  expect(aws.operations).not.toContain("POST /token");
});

it("a deployed function reads its table and opens the data key while Lambda initializes it, over TLS and without the SDK", async () => {
  const world = await confermaWorld();
  const { stack, realm } = world;
  const stored = expectAnswer(await (await stack.start(realm, stack.kmsKey)).vend());
  const aws = await deployedAws(stack);
  const { operations, connections } = aws;

  const deployed = await startDeployed(world, aws, "https://conferma.example/token");

  expect(operations).toEqual(["BatchGetItem", "Decrypt"]);
  expect(expectAnswer(await deployed.vend())).toEqual(stored);
  expect(operations).toEqual(["BatchGetItem", "Decrypt", "GetItem"]);
  expect(versionOrCode(await deployed.vend({ minValiditySeconds: 100_000 }))).not.toBe(1);
  expect(operations.slice(3)).toContain("GetItem");
  expect(connections.size).toBe(1);
  expect((await deployed.modules()).filter((url) => /\/sdk-/.test(url))).toEqual([]);
});
