import { expect, onTestFinished, test } from "vitest";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { createSecrets } from "../../local/fill-secrets.ts";
import { createSecretSeeder } from "../../local/secret-seeder.ts";

const name = "token-vending/conferma/sandbox/default";

/** A template with one secret, as `resourcesOf` answers it. */
const deployedWith = (properties: object) => ({
  resourcesOf: (type: string) => [
    { logicalId: type.split("::").at(-1) ?? "", ref: () => "", properties: { ...properties } },
  ],
});

const empty = deployedWith({ Name: name, SecretString: '{"clientId":"","clientSecret":""}' });
const filled = { clientId: "c", clientSecret: "s" };

async function aBook() {
  const server = await startSecretsManager();
  onTestFinished(server.stop);
  return createSecretSeeder(server.url, "eu-west-1");
}

test("a secret of the template is filled in once, and a later deployment leaves it as it is", async () => {
  const book = await aBook();
  await createSecrets(book, empty);
  expect(await book.getOrGenerate(name, () => filled)).toEqual(filled);
  await createSecrets(book, empty);
  expect(await book.getOrGenerate(name, () => expect.fail("it is filled in"))).toEqual(filled);
});

test("a secret that the template lacks cannot be filled in", async () => {
  const book = await aBook();
  await createSecrets(book, empty);
  await expect(
    book.getOrGenerate("token-vending/conferma/live/default", () => filled),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test.each([{ SecretString: "{}" }, { Name: name }, { Name: name, GenerateSecretString: {} }])(
  "a template whose secret is not named and given a value is refused: %j",
  async (properties) => {
    await expect(createSecrets(await aBook(), deployedWith(properties))).rejects.toThrow(
      /^Secret: only secrets with a name and a value/,
    );
  },
);
