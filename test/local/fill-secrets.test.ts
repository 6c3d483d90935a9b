import { expect, onTestFinished, test } from "vitest";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { createSecrets } from "../../local/fill-secrets.ts";
import { createSecretSeeder } from "../../local/secret-seeder.ts";

const name = "token-vending/conferma/sandbox/default";

/** A template with one secret, as `resourcesOf` returns it. */
const deployedWith = (properties: object) => ({
  resourcesOf: (type: string) => [
    { logicalId: type.split("::").at(-1) ?? "", ref: () => "", properties: { ...properties } },
  ],
});

const empty = deployedWith({ Name: name });
const filled = { clientId: "c", clientSecret: "s" };

async function startSeeder() {
  const server = await startSecretsManager();
  onTestFinished(server.stop);
  return createSecretSeeder(server.url, "eu-west-1");
}

test("a secret of the template is filled in once, and a later deployment does not change it", async () => {
  const seeder = await startSeeder();
  await createSecrets(seeder, empty);
  expect(await seeder.getOrGenerate(name, () => filled)).toEqual(filled);
  await createSecrets(seeder, empty);
  expect(await seeder.getOrGenerate(name, () => expect.fail("it is filled in"))).toEqual(filled);
});

test("a secret that the template lacks cannot be filled in", async () => {
  const seeder = await startSeeder();
  await createSecrets(seeder, empty);
  await expect(
    seeder.getOrGenerate("token-vending/conferma/live/default", () => filled),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("members that are still empty, as 0.2.0 deployed them, are filled in", async () => {
  const seeder = await startSeeder();
  await seeder.create(name, '{"clientId":"","clientSecret":""}');
  await createSecrets(seeder, empty);
  expect(await seeder.getOrGenerate(name, () => filled)).toEqual(filled);
});

test.each([{}, { Name: name, SecretString: "{}" }, { Name: name, GenerateSecretString: {} }])(
  "a template whose secret has no name, or a value, is refused: %j",
  async (properties) => {
    await expect(createSecrets(await startSeeder(), deployedWith(properties))).rejects.toThrow(
      /^Secret: only secrets with a name and without a value/,
    );
  },
);
