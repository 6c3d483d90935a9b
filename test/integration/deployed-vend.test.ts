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

/** The stack's table and KMS behind TLS, at a name that is no local one; and how a process gets there. */
async function deployedAws({ dynamoDb, kms }: TestStack) {
  const authority = await createCertificateAuthority("AWS");
  const { chain, privateKey } = await authority.issueServer("aws.example");
  const operations: string[] = [];
  const connections = new Set<unknown>();
  const server = createServer({ cert: chain, key: privateKey }, async (request, response) => {
    const target = String(request.headers["x-amz-target"]);
    operations.push(target.split(".").at(-1) ?? "");
    connections.add(request.socket);
    const { url } = target.startsWith("DynamoDB") ? dynamoDb : kms;
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

it("a deployed function reads its table and opens the data key while Lambda initializes it, over TLS and without the SDK", async () => {
  const { stack, realm } = await confermaWorld();
  const stored = expectAnswer(await (await stack.start(realm, stack.kmsKey)).vend());
  const { operations, connections, endpoint, execArgv } = await deployedAws(stack);
  const variables = {
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: LOCAL_LOCATION.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: endpoint,
    TABLE_NAME: TABLE,
    REALM: JSON.stringify({ ...realm, tokenUrl: "https://conferma.example/token" }),
    SECRET_PREFIX: "token-vending/conferma/test/",
    ...stack.kmsKey,
  };

  const deployed = await startVendProcess(vendTokenBundle(), variables, execArgv);
  onTestFinished(() => deployed.stop());

  expect(operations).toEqual(["BatchGetItem", "Decrypt"]);
  expect(expectAnswer(await deployed.vend())).toEqual(stored);
  expect(operations).toEqual(["BatchGetItem", "Decrypt", "GetItem"]);
  expect(versionOrCode(await deployed.vend({ minValiditySeconds: 100_000 }))).not.toBe(1);
  expect(operations.slice(3)).toContain("GetItem");
  expect(connections.size).toBe(1);
  expect((await deployed.modules()).filter((url) => /\/sdk-/.test(url))).toEqual([]);
});
