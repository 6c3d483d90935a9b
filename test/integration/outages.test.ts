import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { useCredential } from "../../local/vend-client.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  versionOrCode,
} from "../support/stack-answers.ts";
import { clientCredentialsWorld, confermaWorld } from "../support/stack-realms.ts";

it("no process calls a throttling provider for as long as it asks (P9)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  simulator.injectFault({ kind: "throttle", retryAfter: "7", times: "always" });
  const all = await stack.startMany(6, realm);

  const first = expectProblem(await (await stack.start(realm)).vend());
  expect(first).toMatchObject({
    code: "provider-throttled",
    status: 503,
    retryable: true,
    retryAfterSeconds: 7,
  });

  const begun = Date.now();
  for (let round = 0; round < 4; round += 1) {
    for (const vended of await Promise.all(all.map((process) => process.vend()))) {
      const { code, retryAfterSeconds = 0 } = expectProblem(vended);
      expect(code).toBe("provider-throttled");
      expect(retryAfterSeconds).toBeGreaterThanOrEqual(7 - Math.ceil((Date.now() - begun) / 1000));
      expect(retryAfterSeconds).toBeLessThanOrEqual(7);
    }
    await sleep(150);
  }
  expect(simulator.journal.filter(({ kind }) => kind === "fault")).toHaveLength(1);
});

it("a Retry-After that is over already does not take the back-off away (P9)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  simulator.injectFault({ kind: "throttle", retryAfter: "0", times: "always" });
  const all = await stack.startMany(2, realm);
  for (let round = 0; round < 3; round += 1) {
    const vended = await Promise.all(all.map((process) => process.vend()));
    expect(vended.map(versionOrCode)).toEqual(["provider-throttled", "provider-throttled"]);
  }
  expect(simulator.journal.filter(({ kind }) => kind === "fault").length).toBeLessThan(3);
});

it("a failing provider is called by one process at a time, at growing intervals (P9)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  simulator.injectFault({ kind: "respond", status: 500, times: "always" });
  const patient = await stack.start(realm);
  const all = [patient, ...(await stack.startMany(3, realm))];

  const failuresAt = () =>
    simulator.journal.flatMap(({ kind, at }) => (kind === "fault" ? at : []));
  while (failuresAt().length < 3) {
    const vended = await Promise.all(all.map((process) => process.vend()));
    expect(new Set(vended.map(versionOrCode))).toEqual(new Set(["provider-unavailable"]));
    await sleep(20);
  }

  // After half of a second, then of two, at least; the other half is left to chance.
  const [first = 0, second = 0, third = 0] = failuresAt();
  expect(second - first).toBeGreaterThanOrEqual(500);
  expect(third - second).toBeGreaterThanOrEqual(1000);
  expect(simulator.counters.maxInFlight()).toBe(1);

  simulator.clearFaults();
  while (versionOrCode(await patient.vend()) !== 1) await sleep(50);
  sameAnswer(await Promise.all(all.map((process) => process.vend())));
  expect(simulator.counters.issues()).toBe(1);
});

it("a usable token is vended during the whole outage, also by new processes (P9)", async () => {
  const world = await clientCredentialsWorld({ lifetimeMs: 14_000 });
  const { stack, simulator } = world;
  const realm = { ...world.realm, marginMs: 0 };
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  const newcomer = await stack.start(realm);
  const first = expectAnswer(await one.vend());
  simulator.injectFault({ kind: "respond", status: 503, times: "always" });

  const complaint = expectProblem(await one.vend({ rejectedVersion: 1 }));
  expect(complaint.code).toBe("provider-unavailable");
  expect(expectAnswer(await other.vend())).toEqual(first);

  // After the early renewal, which fails, the token is still vended, and the provider is not overloaded.
  const renewalDueMs = 11_950;
  await sleep(renewalDueMs - (Date.now() - Date.parse(first.issuedAt)));
  const isUsable = () => Date.now() < Date.parse(first.usableUntil ?? "") - 500;
  let rounds = 0;
  while (rounds < 5 && isUsable()) {
    const vended = await Promise.all([one, other, newcomer].map((process) => process.vend()));
    // On a busy machine the token may have ended meanwhile.
    if (!isUsable()) break;
    expect(sameAnswer(vended)).toEqual(first);
    expect(await useCredential(first, simulator.pingUrl)).toBe(200);
    rounds += 1;
  }
  expect(rounds).toBeGreaterThan(0);
  const asked = simulator.journal.filter(({ kind }) => kind === "fault").length;
  expect(asked).toBeGreaterThanOrEqual(2);
  expect(asked).toBeLessThanOrEqual(3);
});

it("a table that does not answer is a retryable problem, without a text of the library", async () => {
  const { stack, realm } = await confermaWorld();
  const process = await stack.start(realm);
  stack.dynamoDb.injectFault({ fault: "fail" }, 100);
  const problem = expectProblem(await process.vend());
  expect(problem).toMatchObject({ code: "store-unavailable", status: 503, retryable: true });
  expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|Tokens|request processing/i);
  stack.dynamoDb.clearFaults();
  expect(versionOrCode(await process.vend())).toBe(1);
});

it("a table that throttles for a moment goes unnoticed", async () => {
  const { stack, realm } = await confermaWorld();
  const process = await stack.start(realm);
  stack.dynamoDb.injectFault({ fault: "throttle" }, 2);
  expect(versionOrCode(await process.vend())).toBe(1);
});

it("a failure of Secrets Manager has its own problem code, and is retried", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const process = await stack.start(realm);
  stack.secretsManager.injectFault({ fault: "fail" }, 3);
  const problem = expectProblem(await process.vend());
  expect(problem).toMatchObject({ code: "secret-unavailable", status: 503, retryable: true });
  expect(simulator.journal).toEqual([]);
  stack.secretsManager.clearFaults();
  await sleep(1000);
  expect(versionOrCode(await process.vend())).toBe(1);
});

it("tokens sealed with another key are replaced by one issue", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  await (await stack.start(realm)).vend();
  const SEALING_KEY = `local:${Buffer.alloc(32, 9).toString("base64")}`;
  const [one, other] = [
    await stack.start(realm, { SEALING_KEY }),
    await stack.start(realm, { SEALING_KEY }),
  ];

  const answer = sameAnswer([await one.vend(), await other.vend()]);

  expect(answer.version).toBe(2);
  expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
  expect(simulator.counters.issues()).toBe(2);
  expect(stack.events("token-unreadable")).not.toEqual([]);
});

it("two sealing keys at the same time, as during a deployment, cause no series of revocations (P4, P8)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const SEALING_KEY = `local:${Buffer.alloc(32, 9).toString("base64")}`;
  for (let pair = 0; pair < 4; pair += 1) {
    await (await stack.start(realm)).vend();
    await (await stack.start(realm, { SEALING_KEY })).vend();
  }
  // The first, and as many as rejections may cause before the breaker opens.
  expect(simulator.counters.issues()).toBeLessThanOrEqual(4);
});

it("an account without a secret is unknown, and nothing is written to the table", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const all = await stack.startMany(2, realm);
  for (const account of ["nobody", "no-one"]) {
    for (const vended of await Promise.all(all.map((process) => process.vend({ account })))) {
      expect(expectProblem(vended)).toMatchObject({ code: "unknown-connection", status: 404 });
    }
  }
  expect(await stack.items()).toEqual([]);
  expect(simulator.journal).toEqual([]);
});
