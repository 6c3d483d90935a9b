import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, onTestFinished, test } from "vitest";
import { openSecretsManager } from "../../functions/secrets/secrets-manager-source.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { at } from "../support/a-record.ts";
import { neverAborted } from "../support/describe-sealer.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const fiveMinutesMs = 300_000;

async function aSource() {
  const server = await startSecretsManager();
  onTestFinished(() => server.stop());
  const clock = new FixedClock(at("10:00:00.000"));
  const options = {
    endpoint: server.url,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const secret = { Name: "token-vending/default", SecretString: "one" };
  await new SecretsManagerClient(options).send(new CreateSecretCommand(secret));
  const source = openSecretsManager(options, "token-vending/", clock);
  const read = async (maxAgeMs: number) => {
    server.requests.reset();
    await source.read("default", maxAgeMs, neverAborted);
    return server.requests.total();
  };
  return { clock, read };
}

test("a secret is read again when it is older than the reader accepts", async () => {
  const { clock, read } = await aSource();
  expect(await read(fiveMinutesMs)).toBe(1);
  clock.advance(fiveMinutesMs - 1);
  expect(await read(fiveMinutesMs)).toBe(0);
  clock.advance(1);
  expect(await read(fiveMinutesMs)).toBe(1);
});

test("a secret is read again after the clock has been set back, as often as without", async () => {
  const { clock, read } = await aSource();
  expect(await read(fiveMinutesMs)).toBe(1);
  clock.advance(-3_600_000);
  expect(await read(0)).toBe(1);
  clock.advance(fiveMinutesMs);
  expect(await read(fiveMinutesMs)).toBe(1);
});
