import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { AwsError } from "../../local/aws/json-protocol/aws-json.ts";
import type { LambdaFunction } from "../../local/aws/lambda/lambda-function.ts";
import type { LambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startOAuthServer } from "../../local/simulators/oauth/oauth-server.ts";
import type { VendPayload, VendResult } from "../../local/vend-client.ts";
import { startTestStack } from "../support/stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { vendTokenBundle } from "../support/stack-bundle.ts";
import { TABLE } from "../support/token-table.ts";

const accountConcurrency = 6;
const reserved = accountConcurrency / 2;
const attackers = 24;
const lifetimeMs = 600_000;

/** Two realms of one account whose provider answers at once: `attacked` and `calm`. Both have a token. */
async function twoRealms(reservedConcurrency: number | undefined) {
  const stack = await startTestStack();
  const functionOf = async (environment: string) => {
    const prefix = `token-vending/client-credentials/${environment}/`;
    const client = { clientId: environment, clientSecret: `canary-${environment}` };
    await stack.secrets.add(`${prefix}default`, client);
    const provider = await startOAuthServer({ lifetimeMs, clients: [client] });
    onTestFinished(provider.stop);
    const { tokenUrl } = provider;
    const realm = { provider: "client-credentials", environment, tokenUrl, deadlineMs: 4000 };
    const fn: LambdaFunction = {
      name: environment,
      folder: path.dirname(vendTokenBundle()),
      handler: "index.handler",
      environment: {
        TABLE_NAME: TABLE,
        REALM: JSON.stringify(realm),
        SECRET_PREFIX: prefix,
        ...stack.kmsKey,
      },
      timeoutMs: 30_000,
      memoryMb: 256,
      reservedConcurrency,
    };
    return { provider, fn };
  };
  const attacked = await functionOf("attacked");
  const calm = await functionOf("calm");
  const endpoints = {
    DYNAMODB: stack.dynamoDb.url,
    SECRETS_MANAGER: stack.secretsManager.url,
    KMS: stack.kms.url,
  };
  const functions = [attacked.fn, calm.fn];
  const host = startLambdaHost({ functions, endpoints, accountConcurrency });
  onTestFinished(() => host.stop());
  expect([await vend(host, "attacked"), await vend(host, "calm")]).toEqual([1, 1]);
  return { host, attacked: attacked.provider, calm: calm.provider };
}

/** A version, a problem's code, or `throttled`. */
async function vend(host: LambdaHost, name: string, payload: VendPayload = {}) {
  try {
    return versionOrCode((await host.invoke(name, payload)).payload as VendResult);
  } catch (error) {
    if (error instanceof AwsError) return "throttled";
    throw error;
  }
}

/** Callers of one realm that wait for nothing and ask again at once. */
function attack(host: LambdaHost, payload: VendPayload) {
  let isOver = false;
  const seen = new Set<number | string>();
  const callers = Array.from({ length: attackers }, async () => {
    while (!isOver) {
      seen.add(await vend(host, "attacked", payload));
      await sleep(20);
    }
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all(callers);
      return seen;
    },
  };
}

const busy = (host: LambdaHost) =>
  host.processes("attacked").filter(({ busySince }) => busySince !== undefined).length;

const attacks: readonly (readonly [string, VendPayload])[] = [
  ["whose provider hangs", { rejectedVersion: 1 }],
  ["of which more validity is demanded than any token has", { minValiditySeconds: 599 }],
];

it.each(attacks)(
  "a realm %s takes no concurrency that another has reserved",
  async (_, payload) => {
    const { host, attacked, calm } = await twoRealms(reserved);
    attacked.injectFault({ kind: "delay", ms: 20_000, when: "before-handling", times: "always" });
    const attacking = attack(host, payload);
    await expect.poll(() => busy(host)).toBe(reserved);

    const answers = await Promise.all(
      Array.from({ length: reserved }, async () => {
        const versions: (number | string)[] = [];
        for (let n = 0; n < 40; n += 1) versions.push(await vend(host, "calm"));
        return versions;
      }),
    );

    expect(new Set(answers.flat())).toEqual(new Set([1]));
    expect(host.processes("attacked").length).toBeLessThanOrEqual(reserved);
    expect(await attacking.stop()).toContain("throttled");
    expect(calm.counters.issues()).toBe(1);
  },
);

it("without a reservation the attacked realm takes the account's concurrency, and the other's callers are throttled", async () => {
  const { host, attacked } = await twoRealms(undefined);
  attacked.injectFault({ kind: "delay", ms: 20_000, when: "before-handling", times: "always" });
  const attacking = attack(host, { rejectedVersion: 1 });
  await expect.poll(() => busy(host)).toBe(accountConcurrency);
  expect(await vend(host, "calm")).toBe("throttled");
  await attacking.stop();
});
