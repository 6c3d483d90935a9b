import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, it, onTestFinished } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { expectProblem, versionOrCode } from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

it("a secret without a value, as it is deployed, is reported with what to do, and stores nothing until it has one (P18)", async () => {
  const { stack, simulator, realm, secret } = await confermaWorld();
  const client = new SecretsManagerClient({
    endpoint: stack.secretsManager.url,
    region: LOCAL_LOCATION.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  onTestFinished(() => client.destroy());
  const name = "token-vending/conferma/test/new";
  await client.send(new CreateSecretCommand({ Name: name }));
  const process = await stack.start(realm);

  const problem = expectProblem(await process.vend({ account: "new" }));
  expect(problem).toMatchObject({ code: "secret-malformed", status: 502 });
  expect(problem.detail).toMatch(new RegExp(`${name} has no value.*secret put`));
  const missing = expectProblem(await process.vend({ account: "missing" }));
  expect(missing).toMatchObject({ code: "unknown-connection", status: 404 });
  expect(simulator.journal).toEqual([]);
  expect(await stack.items()).toEqual([]);

  await stack.secrets.rotate(name, secret);
  expect(versionOrCode(await process.vend({ account: "new" }))).toBe(1);
});
