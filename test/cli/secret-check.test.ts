import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { createCertificateAuthority } from "../../local/simulators/kit/certificates.ts";
import type { SecretWorld } from "./secret-world.ts";
import { startSecretWorld } from "./secret-world.ts";

let world: SecretWorld;
beforeAll(async () => {
  world = await startSecretWorld();
});
afterAll(() => world.stop());

const check = (connection: string) => world.vend(`secret check ${connection}`);

/** As somebody with another tool would. */
async function putByHand(
  connection: string,
  value: { SecretString?: string; SecretBinary?: Buffer },
) {
  const client = new SecretsManagerClient({ region: LOCAL_LOCATION.region });
  onTestFinished(() => client.destroy());
  const SecretId = `token-vending/${connection}`;
  await client.send(new PutSecretValueCommand({ SecretId, ...value }));
}

describe("a secret that is right", () => {
  test("is shown with its versions, its use and the provider's answer", async () => {
    const connection = "cfis/staging/default";
    const { apiKey } = await world.valueOf(`token-vending/${connection}`);
    await putByHand(connection, {
      SecretString: JSON.stringify({ apiKey, expiresAt: "2099-01-01T00:00:00Z" }),
    });
    expect((await world.vend(`vend ${connection}`)).exitCode).toBe(0);
    const { exitCode, out } = await check(connection);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/AWSCURRENT +\d{4}-.*ago|AWSCURRENT +\d{4}-.*in 0 s/);
    expect(out).toMatch(/AWSPREVIOUS/);
    expect(out).toMatch(/members +as the provider needs them/);
    expect(out).toMatch(/expires +2099-01-01T00:00:00.000Z/);
    expect(out).toMatch(/in use +yes: version \d \(\w{12}\)/);
    expect(out).toMatch(/provider +accepts it/);
    expect(out).not.toContain(apiKey);
  });

  test.each([
    ["conferma/sandbox/default", /was not asked\. A new token would/],
    ["static-key/acme/default", /was not asked\. No probePath/],
    ["client-credentials/acme/default", /accepts it/],
    ["connectpay/stage/default", /person's consent/],
  ])("of %s is asked about where that does no harm", async (connection, told) => {
    const { exitCode, out } = await world.vend(`secret check ${connection} --try`);
    expect([exitCode, out.replaceAll(/\s+/g, " ")]).toEqual([0, expect.stringMatching(told)]);
    // What a trial is issued may expire; the secret does not.
    expect(out).toMatch(/expires +not stated/);
  });
});

describe("a secret that is wrong", () => {
  test.each<[string, { SecretString?: string; SecretBinary?: Buffer }, string]>([
    ["no JSON", { SecretString: "canary-9c1f" }, "must be JSON"],
    ["a missing member", { SecretString: '{"note":"canary-9c1f"}' }, "apiKey: is missing"],
    ["bytes", { SecretBinary: Buffer.from('{"apiKey":"canary-9c1f"}') }, "holds no text"],
    ["a byte order mark", { SecretString: '\ufeff{"apiKey":"canary-9c1f"}' }, "must be JSON"],
    [
      "an expired key",
      { SecretString: '{"apiKey":"canary-9c1f","expiresAt":"2020-01-01T00:00:00Z"}' },
      "expired at 2020",
    ],
  ])("by %s fails the check, with what is wrong and without the value", async (_, value, why) => {
    const connection = "centrapay-api-key/test/default";
    await putByHand(connection, value);
    const { exitCode, out } = await check(connection);
    expect([exitCode, out.replaceAll(/\s+/g, " ")]).toEqual([1, expect.stringContaining(why)]);
    expect(out).not.toContain("canary-9c1f");
  });

  test("because it is missing fails the check, with what to do", async () => {
    const { exitCode, out } = await check("cfis/staging/missing");
    expect([exitCode, out]).toEqual([1, expect.stringContaining("secret put")]);
  });

  test("because the provider refuses it fails the check", async () => {
    const connection = "cfis/staging/default";
    world.stack.providers.cfis.revokeKey(
      (await world.valueOf(`token-vending/${connection}`))["apiKey"] ?? "",
    );
    const { exitCode, out } = await check(connection);
    expect([exitCode, out]).toEqual([1, expect.stringMatching(/provider +refuses it/)]);
  });
});

test("a value that looks odd, and the life of a certificate, are told without the value", async () => {
  const connection = "connectpay/stage/default";
  const authority = await createCertificateAuthority("canary-9c1f");
  const notAfter = new Date(Date.now() + 3 * 86_400_000);
  const client = await authority.issueClient("a client", { notAfter });
  const before = await world.valueOf(`token-vending/${connection}`);
  const SecretString = JSON.stringify({
    ...{ clientId: "c", clientSecret: "canary-9c1f ", tlsPrivateKey: client.privateKey },
    tlsCertificateChain: client.chain.replaceAll("\n", "\r\n"),
  });
  await putByHand(connection, { SecretString });
  const { exitCode, out } = await check(connection);
  expect([exitCode, out]).toEqual([
    0,
    expect.stringMatching(/clientSecret begins or ends with white/),
  ]);
  expect(out).toMatch(/certificate +expires \d{4}-.* \(in 2 d 23 h\)/);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", world.stack.dynamoDb.url);
  const doctor = await world.vend(`doctor ${connection} --json`);
  const found = JSON.parse(doctor.out).findings.filter(
    ({ about }: { about: string }) => about === `the secret of ${connection}`,
  );
  expect(found).toMatchObject([
    { severity: "warning", found: "clientSecret begins or ends with white space" },
    { severity: "warning", found: expect.stringMatching(/certificate expires in 2 d 23 h/) },
  ]);
  expect(`${out}${doctor.out}`).not.toContain("canary-9c1f");
  await putByHand(connection, {
    SecretString: JSON.stringify({ ...before, tlsPrivateKey: client.privateKey }),
  });
  const { exitCode: failed, out: mismatch } = await check(connection);
  expect([failed, mismatch.replaceAll(/\s+/g, " ")]).toEqual([
    1,
    expect.stringContaining("tlsPrivateKey: must be the key of the first certificate"),
  ]);
  await putByHand(connection, { SecretString: JSON.stringify(before) });
});

test("a value that nobody has vended yet is told from the one in use", async () => {
  const connection = "client-credentials/acme/default";
  await world.vend(`vend ${connection}`);
  const value = await world.valueOf(`token-vending/${connection}`);
  await world.vend(`secret put ${connection} --yes --file ${world.file(value)}`);
  expect((await check(connection)).out).toMatch(/in use +not yet: version \d/);
});
