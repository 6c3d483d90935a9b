import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import type { ConnectionPage } from "../../functions/http/status-contract.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import { useCredential } from "../../local/vend-client.ts";
import type { TestStack } from "../support/stack.ts";
import { expectAnswer, expectProblem, versionOrCode } from "../support/stack-answers.ts";
import type { ConfermaWorld } from "../support/stack-realms.ts";
import {
  clientCredentialsWorld,
  confermaWorld,
  sendPaymentsWorld,
  staticKeyWorld,
} from "../support/stack-realms.ts";
import { TABLE } from "../support/token-table.ts";
import type { VendProcess } from "../support/vend-process.ts";
import { earlierBundles, earlierReleases } from "./open-release.ts";

describe.each(earlierReleases)("after a rollback %s", (release, variables) => {
  type Deployed = Pick<ConfermaWorld, "stack" | "realm">;
  const current = ({ stack, realm }: Deployed) =>
    stack.start(realm, { ...stack.kmsKey, ...variables });
  /** Deployed again after this release has written. */
  async function rolledBack({ stack, realm }: Deployed): Promise<VendProcess> {
    return stack.startBundle(earlierBundles(release)("vend-token"), realm, stack.kmsKey);
  }

  test("vends what this one has stored, and asks no provider", async () => {
    for (const world of [await confermaWorld(), await sendPaymentsWorld()]) {
      const stored = expectAnswer(await (await current(world)).vend());
      const earlier = await rolledBack(world);
      expect(expectAnswer(await earlier.vend())).toEqual(stored);
      expect(await useCredential(stored, world.simulator.pingUrl)).toBe(200);
      expect(world.simulator.counters.issues()).toBe(1);
    }
  });

  test("goes on counting versions, and does not repeat a rejection that this one has answered", async () => {
    const world = await confermaWorld();
    const process = await current(world);
    await process.vend();
    expect(versionOrCode(await process.vend({ rejectedVersion: 1 }))).toBe(2);
    const earlier = await rolledBack(world);
    expect(versionOrCode(await earlier.vend({ rejectedVersion: 1 }))).toBe(2);
    expect(versionOrCode(await earlier.vend({ rejectedVersion: 2 }))).toBe(3);
    expect(world.simulator.counters.issues()).toBe(3);
    // And forward again.
    expect(versionOrCode(await process.vend({ rejectedVersion: 2 }))).toBe(3);
  });

  test("keeps to the back-off and to the refused secret that this one has stored", async () => {
    const world = await confermaWorld();
    const { simulator, stack, secretName, secret } = world;
    const wrong = { ...secret, clientSecret: generateValue("wrong") };
    await stack.secrets.rotate(secretName, wrong);
    const process = await current(world);
    expect(expectProblem(await process.vend()).code).toBe("credentials-rejected");
    const asked = simulator.journal.length;
    const earlier = await rolledBack(world);
    expect(expectProblem(await earlier.vend()).code).toBe("credentials-rejected");
    expect(simulator.journal.length).toBe(asked);
    await stack.secrets.rotate(secretName, secret);
    await expect.poll(async () => versionOrCode(await earlier.vend())).toBe(1);
  });

  test("takes over from a holder of this one that was killed, after its lease", async () => {
    const world = await confermaWorld({ deadlineMs: 1000 });
    const process = await current(world);
    await process.vend();
    world.simulator.injectFault({ kind: "delay", ms: 5000, when: "after-handling" });
    const lost = process.vend({ rejectedVersion: 1 }).catch(() => null);
    await expect.poll(() => world.simulator.counters.issues()).toBe(2);
    await process.kill();
    await lost;
    const earlier = await rolledBack(world);
    const answer = expectAnswer(await earlier.vend({ rejectedVersion: 1 }));
    expect(await useCredential(answer, world.simulator.pingUrl)).toBe(200);
    expect(world.simulator.counters.maxInFlight()).toBe(1);
  });

  // docs/deploying.md#rolling-back
  test("vends a connection that this one has frozen, because it knows no freezes, and leaves that in the record", async () => {
    const world = await confermaWorld();
    const process = await current(world);
    await process.vend();
    const fields = { at: { N: "1790000000000" }, by: { S: "ops" }, reason: { S: "leaked" } };
    await freeze(world.stack, world.connection, fields);
    const earlier = await rolledBack(world);
    expect(versionOrCode(await earlier.vend())).toBe(1);
    expect(versionOrCode(await earlier.vend({ rejectedVersion: 1 }))).toBe(2);
    expect((await world.stack.item(world.connection))?.["frozen"]).toEqual({ M: fields });
  });

  test("vends a static key that this one has taken from its secret", async () => {
    const world = await staticKeyWorld();
    const stored = expectAnswer(await (await current(world)).vend());
    expect(expectAnswer(await (await rolledBack(world)).vend())).toEqual(stored);
  });

  test("vends usable tokens without what this one keeps of answers, which is not vended with a later token", async () => {
    const world = await clientCredentialsWorld();
    const override = (body: unknown) => ({ ...Object(body), tenant: "t-1" });
    world.simulator.injectFault({ kind: "override-body", override, times: "always" });
    const keeping = { ...world, realm: { ...world.realm, attributes: { tenant: "answer" } } };
    expect(await (await current(keeping)).vend()).toMatchObject({ attributes: { tenant: "t-1" } });
    const earlier = await rolledBack(world);
    const answer = expectAnswer(await earlier.vend());
    expect(answer).not.toHaveProperty("attributes");
    expect(await useCredential(answer, world.simulator.pingUrl)).toBe(200);
    const next = expectAnswer(await earlier.vend({ rejectedVersion: answer.version }));
    expect((await world.stack.item(world.connection))?.["tokenDetails"]).toBeDefined();
    // And forward again.
    const again = expectAnswer(await (await current(keeping)).vend());
    expect(again.version).toBe(next.version);
    expect(again).not.toHaveProperty("attributes");
  });

  test("lists the connections without damage", async () => {
    const world = await confermaWorld();
    const process = await current(world);
    await world.addAccount("other");
    await process.vend();
    await process.vend({ account: "other" });
    await process.vend({ account: "other", rejectedVersion: 1 });
    const bundle = earlierBundles(release)("list-connections");
    const status = await world.stack.startStatus([world.realm], bundle);
    const { connections } = (await status.handle({})) as ConnectionPage;
    expect(connections.map(({ state, version }) => [state, version])).toEqual([
      ["usable", 1],
      ["usable", 2],
    ]);
  });
});

async function freeze(
  { dynamoDb }: TestStack,
  connection: string,
  fields: Record<string, AttributeValue>,
): Promise<void> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const { region } = LOCAL_LOCATION;
  const client = new DynamoDBClient({ endpoint: dynamoDb.url, region, credentials });
  const command = new UpdateItemCommand({
    ...{ TableName: TABLE, Key: { pk: { S: connection } } },
    UpdateExpression: "SET frozen = :fields, revision = :revision",
    ExpressionAttributeValues: { ":fields": { M: fields }, ":revision": { S: "by-an-operator" } },
  });
  await client.send(command);
  client.destroy();
}
