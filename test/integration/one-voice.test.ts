import { expect, it, onTestFinished } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import { startCfis } from "../../local/simulators/cfis/cfis.ts";
import type { VendResult } from "../../local/vend-client.ts";
import { aProxyEvent } from "../support/a-proxy-event.ts";
import { parseEmf } from "../support/emf.ts";
import { startTestStack } from "../support/stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import type { VendProcess } from "../support/vend-process.ts";

const path = "/v1/tokens/cfis/test/default";
const rejection = { rejectedVersion: 1 };

/** A realm of static keys, with or without a probe, and four processes that have vended its key: two by API, two directly. */
async function fourProcesses(probePath?: string) {
  const stack = await startTestStack();
  const cfis = await startCfis({ environment: "staging" });
  onTestFinished(cfis.stop);
  const apiKey = generateValue("key");
  cfis.registerKey({ apiKey });
  await stack.secrets.add("token-vending/cfis/test/default", { apiKey });
  const realm: RealmInput = {
    provider: "cfis",
    environment: "test",
    apiBaseUrl: cfis.url,
    ...(probePath === undefined ? {} : { probePath }),
  };
  const all = await stack.startMany(4, realm);
  for (const process of all) expect(await ask(process)).toBe(1);
  return { stack, cfis, apiKey, realm, all };
}

async function ask(process: VendProcess, payload = {}): Promise<string | number> {
  return versionOrCode(await process.vend(payload));
}

async function askApi(process: VendProcess): Promise<string | number> {
  return outcomeOf(await process.handle(aProxyEvent({ path })));
}

async function rejectByApi(process: VendProcess): Promise<string | number> {
  const body = JSON.stringify({ version: 1 });
  const event = aProxyEvent({ path: `${path}/rejections`, httpMethod: "POST", body });
  return outcomeOf(await process.handle(event));
}

function outcomeOf(response: unknown): string | number {
  const { statusCode, body } = response as { statusCode: number; body: string };
  const answer = JSON.parse(body);
  return versionOrCode((statusCode === 200 ? answer : { problem: answer }) as VendResult);
}

it("one voice against a key without a probe turns away its own caller only, by every path and in every process", async () => {
  const { stack, realm, all } = await fourProcesses();
  const [direct, api, cached, shared] = all as [VendProcess, VendProcess, VendProcess, VendProcess];

  expect(await ask(direct, rejection)).toBe("credentials-rejected");
  expect(await rejectByApi(api)).toBe("credentials-rejected");
  const flight = await Promise.all(
    Array.from({ length: 12 }, (_, n) => ask(shared, n % 2 === 0 ? rejection : {})),
  );

  expect(flight.filter((_, n) => n % 2 === 0)).toEqual(Array(6).fill("credentials-rejected"));
  expect(flight.filter((_, n) => n % 2 === 1)).toEqual(Array(6).fill(1));
  for (const process of [direct, api, cached, shared, await stack.start(realm)]) {
    expect([await ask(process), await askApi(process)]).toEqual([1, 1]);
    expect(await ask(process, { minValiditySeconds: 60 })).toBe(1);
  }
  const counted = stack
    .printed()
    .split("\n")
    .filter((line) => line.includes('"KeyRejections"'))
    .reduce((sum, line) => sum + Number(parseEmf(line).values["KeyRejections"]), 0);
  expect(counted).toBe(8);
  // One for each caller and process: the voices of the shared flight are one caller's.
  expect(stack.events("rejected")).toHaveLength(3);
});

it("with a probe the provider's word decides, for everybody", async () => {
  const { stack, cfis, apiKey, realm, all } = await fourProcesses("/api/v1/partner/validate");
  const [one, other] = all as [VendProcess, VendProcess];

  expect([await ask(one, rejection), await rejectByApi(other)]).toEqual([1, 1]);

  cfis.revokeKey(apiKey);
  // The provider's word about this key counts for five seconds.
  await expect.poll(() => ask(one, rejection)).toBe("credentials-rejected");
  const newcomer = await stack.start(realm);
  expect([await ask(newcomer), await askApi(newcomer)]).toEqual(
    Array(2).fill("credentials-rejected"),
  );
});
