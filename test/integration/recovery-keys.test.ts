import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  DescribeSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, onTestFinished, test } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { startKms } from "../../local/aws/kms/kms.ts";
import { useCredential } from "../../local/vend-client.ts";
import type { RecoveryStack } from "../support/recovery-stack.ts";
import { findingsOf, startRecoveryStack } from "../support/recovery-stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";

const conferma = "conferma/sandbox/default";
const keyServer = "static-key/acme/default";
const jo = "authorization-code/acme/jo";

function operatorOf({ stack }: RecoveryStack, endpoint: string) {
  const credentials = stack.identities.operator.keys;
  return { endpoint, region: LOCAL_LOCATION.region, credentials };
}

function kmsOf(world: RecoveryStack) {
  const kms = new KMSClient(operatorOf(world, world.stack.kms.url));
  onTestFinished(() => kms.destroy());
  const [fn] = world.stack.deployed.functions.filter(({ environment }) => environment["REALM"]);
  return { kms, KeyId: fn?.environment["SEALING_KEY"] };
}

// docs/recovery.md#sealing-key-unavailable
test("a key that is disabled, or pending deletion, costs only time: no provider is called", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, consent } = world;
  const { conferma: card, authorizationServer } = stack.providers;
  const before = expectAnswer(await vend(conferma));
  await vend(keyServer);
  await consent(jo);
  const { kms, KeyId } = kmsOf(world);
  const all = { [conferma]: "key-unavailable", [keyServer]: "key-unavailable" };

  await kms.send(new DisableKeyCommand({ KeyId }));
  expect(versionOrCode(await vend(conferma))).toBe(1);
  await world.restart();
  expect(versionOrCode(await vend(conferma))).toBe("store-unavailable");
  expect(await findingsOf(world, "--yes")).toEqual({ ...all, [jo]: "key-unavailable" });

  await kms.send(new EnableKeyCommand({ KeyId }));
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await world.restart();
  expect(await findingsOf(world, "")).toEqual({ ...all, [jo]: "key-unavailable" });

  // A key whose deletion is cancelled is disabled.
  await kms.send(new CancelKeyDeletionCommand({ KeyId }));
  expect(await findingsOf(world, "")).toEqual({ ...all, [jo]: "key-unavailable" });
  await kms.send(new EnableKeyCommand({ KeyId }));
  const fine = { [conferma]: "fine", [keyServer]: "fine", [jo]: "fine" };
  await expect.poll(() => findingsOf(world, "")).toEqual(fine);
  expect(expectAnswer(await vend(conferma))).toEqual(before);
  expect(card.counters.issues()).toBe(1);
  expect(authorizationServer.oracle.refreshes()).toBe(0);
});

// docs/recovery.md#sealing-key-lost
test("a deleted key costs one issue for each token, and each person's consent", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, consent, operate } = world;
  const { conferma: card, authorizationServer } = stack.providers;
  await vend(conferma);
  const { token } = expectAnswer(await vend(keyServer));
  await consent(jo);

  const kms = await startKms({ guard: stack.identities.guard });
  await world.redeploy({ kms });
  onTestFinished(kms.stop);

  // Without --yes it vends too, which replaces tokens that cannot be decrypted.
  const healed = { [conferma]: "fine", [keyServer]: "fine", [jo]: "other-key" };
  expect(await findingsOf(world, "")).toEqual(healed);
  expect(card.counters.issues()).toBe(2);
  expect(await useCredential(expectAnswer(await vend(conferma)), card.pingUrl)).toBe(200);
  expect(expectAnswer(await vend(keyServer)).token).toBe(token);
  expect((await operate("recover --yes")).out).toContain(`npm run vend -- consent ${jo}`);
  expect(authorizationServer.oracle.refreshes()).toBe(0);
  expect(await consent(jo)).toBe(200);
  expect(versionOrCode(await vend(jo))).toBe(2);
  expect(versionOrCode(await vend(jo, 2))).toBe(3);
});

// docs/recovery.md#secret-rolled-back
test("a secret that is rolled back is refused once, and works again when it is replaced", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, operate } = world;
  const { conferma: card } = stack.providers;
  const SecretId = "token-vending/conferma/sandbox/default";
  const old = await stack.secrets.getOrGenerate(SecretId, () => ({
    ...{ clientId: "", clientSecret: "", platformKey: "" },
  }));
  card.rotateSecret(old.clientId, "local-secret-new", { keepOld: false });
  await stack.secrets.rotate(SecretId, { ...old, clientSecret: "local-secret-new" });
  await vend(conferma);
  await world.restart();

  await moveStage(world, SecretId, "AWSPREVIOUS");
  expect(versionOrCode(await vend(conferma))).toBe(1);
  expect(versionOrCode(await vend(conferma, 1))).toBe("credentials-rejected");
  const refused = card.journal.length;
  expect(versionOrCode(await vend(conferma, 1))).toBe("credentials-rejected");
  expect(card.journal.length).toBe(refused);
  expect(await findingsOf(world, "conferma/sandbox")).toEqual({ [conferma]: "secret-refused" });

  await moveStage(world, SecretId, "AWSPREVIOUS");
  const mended = await operate("recover conferma/sandbox --yes");
  expect([mended.exitCode, mended.notices]).toEqual([0, `1/1 ${conferma}: version 1\n`]);
  // A process that has just read the refused secret reads it again after a second.
  await expect.poll(async () => versionOrCode(await vend(conferma, 1))).toBe(2);
  expect(await findingsOf(world, "conferma/sandbox")).toEqual({ [conferma]: "fine" });
});

test("a static key that is rolled back is vended within seconds, and so is the key that replaces it", async () => {
  const world = await startRecoveryStack();
  const { stack, vend } = world;
  const SecretId = "token-vending/static-key/acme/default";
  const { token: old } = expectAnswer(await vend(keyServer));
  stack.providers.keyServer.registerKey("local-key-new");
  await stack.secrets.rotate(SecretId, { apiKey: "local-key-new" });
  const token = async () => expectAnswer(await vend(keyServer)).token;
  await expect.poll(token).toBe("local-key-new");
  await moveStage(world, SecretId, "AWSPREVIOUS");
  await expect.poll(token).toBe(old);
  await moveStage(world, SecretId, "AWSPREVIOUS");
  await expect.poll(token).toBe("local-key-new");
});

/** Makes the version with this stage the current one; the current one becomes the previous. */
async function moveStage(world: RecoveryStack, SecretId: string, stage: string): Promise<void> {
  const secrets = new SecretsManagerClient(operatorOf(world, world.stack.secretsManager.url));
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  const withStage = (name: string) =>
    Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(name))?.[0];
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      ...{ SecretId, VersionStage: "AWSCURRENT" },
      ...{ MoveToVersionId: withStage(stage), RemoveFromVersionId: withStage("AWSCURRENT") },
    }),
  );
  secrets.destroy();
}
