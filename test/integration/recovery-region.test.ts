import { expect, onTestFinished, test } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { startKms } from "../../local/aws/kms/kms.ts";
import { useCredential } from "../../local/vend-client.ts";
import { findingsOf, startRecoveryStack } from "../support/recovery-stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";

const conferma = "conferma/sandbox/default";
const send = "send-payments/sandbox/default";
const keyServer = "static-key/acme/default";
const jo = "authorization-code/acme/jo";

// docs/recovery.md#region-lost
test("with only the replicated secrets every connection except consents can be vended in another Region", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, consent, operate } = world;
  const { conferma: card, sendPayments, authorizationServer } = stack.providers;
  for (const connection of [conferma, send, keyServer]) await vend(connection);
  await consent(jo);
  const { token } = expectAnswer(await vend(keyServer));

  // 1: the list that was stored in the other Region.
  const kept = await operate("status --json");
  const names = JSON.parse(kept.out).connections.map(
    ({ connection }: { connection: string }) => connection,
  );
  expect(names).toHaveLength(4);

  // 2 to 4: no table, no key; the secrets are replicated.
  const { guard } = stack.identities;
  const [dynamoDb, kms] = await Promise.all([startDynamoDb({ guard }), startKms({ guard })]);
  await world.redeploy({ dynamoDbUrl: dynamoDb.url, kms });
  onTestFinished(async () => void (await Promise.all([dynamoDb.stop(), kms.stop()])));

  // 5: the remaining steps, by that list.
  expect((await operate("recover")).out).toContain("docs/recovery.md#region-lost");
  const line = names.join(" ");
  expect(await findingsOf(world, line)).toEqual({
    [conferma]: "no-record",
    [send]: "no-record",
    [keyServer]: "no-record",
    [jo]: "no-consent",
  });
  expect(card.counters.issues()).toBe(1);
  const recovered = await operate(`recover ${line} --yes`);
  expect(recovered.exitCode).toBe(0);
  expect(recovered.out).toContain(`npm run vend -- consent ${jo}`);

  // One issue for each client, none for a static key; the consent is lost.
  expect([card.counters.issues(), sendPayments.counters.issues()]).toEqual([2, 2]);
  expect(await useCredential(expectAnswer(await vend(conferma)), card.pingUrl)).toBe(200);
  expect(expectAnswer(await vend(keyServer)).token).toBe(token);
  expect(versionOrCode(await vend(jo))).toBe("consent-required");
  expect(authorizationServer.oracle.refreshes()).toBe(0);
  expect(await consent(jo)).toBe(200);
  expect(versionOrCode(await vend(jo))).toBe(1);
});
