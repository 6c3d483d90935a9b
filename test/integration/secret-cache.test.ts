import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, onTestFinished, test } from "vitest";
import { openSecretsManager } from "../../functions/secrets/secrets-manager-source.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { at } from "../support/a-record.ts";
import { neverAborted } from "../support/describe-sealer.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const fiveMinutesMs = 300_000;

/** Secrets of these accounts. `ask` counts the requests that something makes. */
async function aServer(...accounts: readonly string[]) {
  const server = await startSecretsManager();
  onTestFinished(() => server.stop());
  const options = {
    endpoint: server.url,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const client = new SecretsManagerClient(options);
  for (const account of accounts) {
    const secret = { Name: `token-vending/${account}`, SecretString: "text" };
    await client.send(new CreateSecretCommand(secret));
  }
  const ask = async (act: () => Promise<unknown>) => {
    server.requests.reset();
    await act();
    return server.requests.total();
  };
  return { options, clock: new FixedClock(at("10:00:00.000")), ask };
}

async function aSource() {
  const { options, clock, ask } = await aServer("default");
  const source = openSecretsManager(options, "token-vending/", clock);
  const read = (maxAgeMs: number) => ask(() => source.read("default", maxAgeMs, neverAborted));
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

test("only the secrets that were read last are cached", async () => {
  const { options, clock, ask } = await aServer("one", "two", "three");
  const source = openSecretsManager(options, "token-vending/", clock, undefined, 2);
  const read = (name: string) => ask(() => source.read(name, fiveMinutesMs, neverAborted));
  for (const name of ["one", "two", "three"]) expect(await read(name)).toBe(1);
  for (const name of ["two", "three"]) expect(await read(name)).toBe(0);
  expect(await read("one")).toBe(1);
});
