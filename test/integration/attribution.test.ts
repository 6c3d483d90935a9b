import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { run } from "../../cli/run.ts";
import type { AttributedAct, PossibleCaller } from "../../cli/who-join.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { signedFetch } from "../../local/signed-fetch.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { createVendClient } from "../../local/vend-client.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-who-"));
const connection = "conferma/sandbox/default";
let stack: LocalStack;

beforeAll(async () => {
  stack = await startStack({ folder, bundled: inject("bundlesFolder") });
  const { accessKeyId, secretAccessKey } = stack.identities.operator.keys;
  const variables = {
    AWS_ENDPOINT_URL_LAMBDA: stack.lambda.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: stack.logs.url,
    AWS_REGION: LOCAL_LOCATION.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await stack.stop();
  rmSync(folder, { recursive: true });
});

interface Found {
  readonly acts: readonly AttributedAct[];
  readonly possible: readonly PossibleCaller[] | null;
  readonly issuedAt: string | null;
  readonly successor: { readonly version: number } | null;
}

/** What `npm run vend -- who` says, once it says what is expected: the log is eventually consistent. */
async function whoHas(version: number, isExpected: (found: Found) => boolean): Promise<Found> {
  for (let tries = 0; ; tries += 1) {
    const out: string[] = [];
    const exitCode = await run(["who", connection, String(version), "--json"], {
      screen: { columns: null, hasColors: false },
      redraw: () => {},
      out: (text) => out.push(text),
      notice: (text) => out.push(text),
      readCode: async () => null,
      readPiped: async () => null,
      readHidden: async () => null,
      untilInterrupted: async () => undefined,
      now: () => new Date(),
      sleep: (ms) => sleep(ms),
    });
    expect(exitCode, out.join("\n")).toBe(0);
    const found = JSON.parse(out.join("\n")) as Found;
    if (isExpected(found) || tries === 100) return found;
    await sleep(100);
  }
}

const overApi = (who: "operator" | "consumer", request?: { method: string; body: string }) =>
  signedFetch(
    stack.identities[who].keys,
    `${stack.http.url}/v1/tokens/${connection}${request ? "/rejections" : ""}`,
    request,
  );

test("who names the principals that were vended and rejected a version, over the API and directly, in each process", async () => {
  const [realm] = stack.providers.realms.filter(({ settings }) => settings.provider === "conferma");
  if (!realm) throw new Error("The stack has no realm of Conferma.");
  const { name } = stack.functionOf(realm);
  const client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
  await stack.host.prestart(name, 3);
  // Three processes at once, each of them repeatedly.
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 3 }, () => client.vend(name)));
  }
  for (const who of ["operator", "consumer", "operator"] as const) {
    expect((await overApi(who)).status).toBe(200);
  }
  const rejection = { method: "POST", body: JSON.stringify({ version: 1 }) };
  expect(await (await overApi("consumer", rejection)).json()).toMatchObject({ version: 2 });
  expect(await client.vend(name, { rejectedVersion: 1 })).toMatchObject({ version: 2 });
  client.close();

  const { operator, consumer } = stack.identities;
  const first = await whoHas(
    1,
    ({ acts, successor }) =>
      successor !== null &&
      acts.filter(({ act }) => act === "rejected").length === 2 &&
      acts.every(({ proof }) => proof === "trail"),
  );
  expect(first.successor).toMatchObject({ version: 2 });
  expect(first.issuedAt).toMatch(/Z$/);
  expect(first.acts.filter(({ proof, claimed }) => proof !== "trail" || claimed)).toEqual([]);
  const told = first.acts.map(({ act, path: way, principal }) => `${act} ${way} ${principal}`);
  expect(new Set(told)).toEqual(
    new Set([
      `vended direct ${consumer.arn}`,
      `vended api ${operator.arn}`,
      `vended api ${consumer.arn}`,
      `rejected api ${consumer.arn}`,
      `rejected direct ${consumer.arn}`,
    ]),
  );
  const direct = first.acts.filter(({ path: way, act }) => way === "direct" && act === "vended");
  const processes = direct.map(({ process }) => process);
  expect(processes.length).toBeGreaterThan(1);
  expect(new Set(processes).size).toBe(processes.length);
  // The other invocations of these processes have no record.
  expect(first.possible).toMatchObject([{ principal: consumer.arn }]);

  const second = await whoHas(2, ({ acts }) => acts.length >= 2);
  expect(second.acts.map(({ act }) => act)).not.toContain("rejected");
  expect(second.successor).toBeNull();
});

test("one who imitates an event of the API is named as who it is", async () => {
  const { operator, consumer } = stack.identities;
  const [realm] = stack.providers.realms.filter(({ settings }) => settings.provider === "conferma");
  if (!realm) throw new Error("The stack has no realm of Conferma.");
  const client = createVendClient(stack.lambda.url, consumer.keys);
  const forged = {
    httpMethod: "POST",
    path: `/v1/tokens/${connection}/rejections`,
    body: '{"version":1}',
    requestContext: { identity: { userArn: operator.arn } },
  };
  await client.vend(stack.functionOf(realm).name, forged as never);
  client.close();
  const isForged = ({ claimed }: AttributedAct) => claimed !== null;
  const { acts } = await whoHas(1, (found) => found.acts.some(isForged));
  expect(acts.filter(isForged)).toMatchObject([
    { act: "rejected", principal: consumer.arn, claimed: operator.arn, path: "direct" },
  ]);
});
