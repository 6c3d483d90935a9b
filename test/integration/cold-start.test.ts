import { expect, it } from "vitest";
import type { VendResult } from "../../local/vend-client.ts";
import { useCredential } from "../../local/vend-client.ts";
import { sameAnswer, versionOrCode } from "../support/stack-answers.ts";
import { confermaWorld, sendPaymentsWorld } from "../support/stack-realms.ts";
import type { VendProcess } from "../support/vend-process.ts";

const processes = 16;
const callersEach = 4;

it("64 callers in 16 processes find nothing stored: one issue, one answer, and the API accepts it (P1, P3, P7)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld({ deadlineMs: 2000 });
  simulator.settings.latencyMs = 150;
  const all = await stack.startMany(processes, realm);

  const vended = await Promise.all(
    all.flatMap((process) => Array.from({ length: callersEach }, () => vendPatiently(process))),
  );

  const answer = sameAnswer(vended);
  expect(answer).toMatchObject({ connection, version: 1, header: { name: "Authorization" } });
  const verdicts = await Promise.all(vended.map(() => useCredential(answer, simulator.pingUrl)));
  expect(new Set(verdicts)).toEqual(new Set([200]));
  expect(simulator.counters.issues()).toBe(1);
  expect(simulator.counters.maxInFlight()).toBe(1);

  const item = await stack.item(connection);
  expect(item?.["version"]?.N).toBe("1");
  expect(item?.["fingerprint"]?.S).toBe(answer.fingerprint);
  expect(item?.["leaseOwner"]).toBeUndefined();
  expect(item?.["ledger"]?.L).toHaveLength(1);
  expect(stack.events("token-issued")).toMatchObject([{ connection, version: 1, reason: "cold" }]);
});

it("cold callers of a slow provider wait for the lease holder and never call the provider themselves (P3)", async () => {
  const { stack, simulator, realm } = await sendPaymentsWorld({ deadlineMs: 3000 });
  simulator.settings.latencyMs = 1200;
  const all = await stack.startMany(4, realm);

  const vended = await Promise.all(all.flatMap((each) => [each.vend(), each.vend()]));

  sameAnswer(vended);
  expect(simulator.counters.issues()).toBe(1);
});

it("the token of one process is vended by every later one, without a call to the provider", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const first = await stack.start(realm);
  const before = await first.vend();
  await first.kill();

  const later = await stack.start(realm);
  sameAnswer([before, await later.vend()]);
  expect(simulator.counters.issues()).toBe(1);
});

/** On a busy machine the table is too slow for 64 concurrent callers: those that get this problem retry. */
async function vendPatiently(process: VendProcess): Promise<VendResult> {
  const vended = await process.vend();
  return versionOrCode(vended) === "store-unavailable" ? vendPatiently(process) : vended;
}
