import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, onTestFinished, test } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { BusEvent } from "../../local/aws/eventbridge/eventbridge.ts";
import { startEventBridge } from "../../local/aws/eventbridge/eventbridge.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import type { ConsentChoices } from "../local/simulators/oauth/user-agent.ts";
import { consentInBrowser } from "../support/consent-in-browser.ts";
import { useConsentStack } from "../support/consent-stack.ts";
import { javaAvailable } from "../support/dynamodb-local.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { bundleOf } from "../support/stack-bundle.ts";
import { clientOf } from "../support/stack-token-store.ts";
import { startStreamingTable, streamReader } from "../support/table-stream.ts";
import { TABLE } from "../support/token-table.ts";
import { unless } from "../support/unless.ts";
import { startVendProcess } from "../support/vend-process.ts";

const canRun = javaAvailable();
const reason = unless(canRun, "Java 17 or newer on the PATH");
const realm = "authorization-code/acme";

describe.skipIf(!canRun)(`on the stream of DynamoDB Local${reason},`, () => {
  const consentStack = useConsentStack(startStreamingTable);
  const consent = async (account: string, wishes: ConsentChoices = {}) => {
    const link = await consentStack().begin(realm, account);
    expect((await consentInBrowser(link, defaultUser, wishes)).status).toBe(200);
  };

  test("one event for each change of a consent, in order, however often a record is delivered", async () => {
    const { vend, disconnect, acme, databaseUrl } = consentStack();
    const { deliverTwice, deliver } = await startPublisher();
    const begunAt = Date.now();
    await consent("jo", { scopes: ["openid", "read"] });
    await consent("jo");
    acme.endConsents();
    expect(versionOrCode(await vend(realm, "jo", 2))).toBe("consent-required");
    await consent("jo");
    await disconnect(realm, "jo");
    await consent("jo");
    await deleteRow(databaseUrl, `${realm}/jo`);

    const told = await deliverTwice();
    expect(told.map(({ detail }) => detail)).toMatchObject([
      { kind: "consent-partial", grantedScope: "openid read", withheld: ["write"] },
      { kind: "consent-granted", grantedScope: "openid read write" },
      { kind: "consent-changed", changed: ["scope"] },
      { kind: "consent-ended", reason: "refused" },
      { kind: "consent-granted" },
      { kind: "consent-ended", reason: "disconnected" },
      { kind: "consent-granted", grantedScope: "openid read write" },
      { kind: "consent-ended", reason: "deleted" },
    ]);
    // The stream's instants are approximate: DynamoDB's are whole seconds, DynamoDB Local's whole minutes.
    for (const { time } of told) {
      expect(Number(time)).toBeGreaterThan(begunAt - 60_000);
      expect(Number(time)).toBeLessThanOrEqual(Date.now());
    }
    expect(await deliver()).toEqual([]);
  });

  test("a client that the provider refuses, and what comes of it", async () => {
    const { vend, replaceClientSecret, stopIdleProcesses } = consentStack();
    const { deliver } = await startPublisher();
    await consent("mo");
    await replaceClientSecret(realm, "another");
    await stopIdleProcesses();
    expect(versionOrCode(await vend(realm, "mo", 1))).toBe("credentials-rejected");
    await replaceClientSecret(realm, null);
    await stopIdleProcesses();
    expect(versionOrCode(await vend(realm, "mo", 1))).toBe(2);

    expect(await deliver()).toMatchObject([
      { detailType: "consent-granted" },
      { detailType: "credentials-rejected", detail: { code: "credentials-rejected" } },
      { detailType: "recovered", detail: { from: "credentials-rejected" } },
    ]);
  });

  /** The function, and a bus, to which it publishes what is new on the stream. */
  async function startPublisher() {
    const bus = await startEventBridge();
    const publisher = await startVendProcess(bundleOf("publish-events"), {
      ...{ AWS_REGION: LOCAL_LOCATION.region, TABLE_NAME: TABLE, EVENT_BUS: "token-vending" },
      ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
      AWS_ENDPOINT_URL_DYNAMODB: consentStack().databaseUrl,
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
      REALMS: JSON.stringify([{ provider: "authorization-code", environment: "acme" }]),
    });
    onTestFinished(async () => {
      await publisher.stop();
      await bus.stop();
    });
    const read = await streamReader(consentStack().databaseUrl);
    // What other tests have written.
    await read();
    const publish = async (Records: readonly DynamoDBRecord[]) => {
      const before = bus.events.length;
      const answer = Records.length > 0 && (await publisher.handle({ Records }, 30_000));
      if (answer) expect(answer).toEqual({ batchItemFailures: [] });
      return bus.events.slice(before);
    };
    return {
      deliver: async () => publish((await read()).filter(passesFilter)),
      async deliverTwice() {
        const records = (await read()).filter(passesFilter);
        const first = await publish(records);
        expect((await publish(records)).map(keyOf)).toEqual(first.map(keyOf));
        expect(new Set(first.map(keyOf)).size).toBe(first.length);
        return first;
      },
    };
  }
});

async function deleteRow(databaseUrl: string, pk: string): Promise<void> {
  const client = clientOf(databaseUrl);
  await client.send(new DeleteItemCommand({ TableName: TABLE, Key: { pk: { S: pk } } }));
  client.destroy();
}

const keyOf = ({ detail }: BusEvent) => (detail as { readonly key: string }).key;

/** As the mapping's filter: test/infra/connection-events.test.ts. */
function passesFilter({ dynamodb: { NewImage, OldImage } = {} }: DynamoDBRecord): boolean {
  return [NewImage, OldImage].some((image) => image?.["realm"]?.S !== undefined);
}
