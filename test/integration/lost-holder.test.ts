import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { useCredential } from "../../local/vend-client.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  until,
  versionOrCode,
} from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

const deadlineMs = 1000;
/** The provider's deadline plus two seconds, and the clock skew. */
const leaseMs = deadlineMs + 2000 + 250;

it("after a holder crashes during its call, the others wait until its lease ends, then one calls again (P6)", async () => {
  const { stack, simulator, realm } = await confermaWorld({ deadlineMs });
  const holder = await stack.start(realm);
  const others = await stack.startMany(4, realm);
  const old = expectAnswer(await holder.vend());
  simulator.injectFault({ kind: "delay", ms: 300 });
  const lost = holder.vend({ rejectedVersion: 1 }).catch(() => "killed");
  await until("the holder's request is at the provider", () => isFaultPlayed(simulator.journal));

  await holder.kill();
  const vended = await Promise.all(others.map((process) => process.vend()));

  expect(await lost).toBe("killed");
  const answer = sameAnswer(vended);
  expect(answer.fingerprint).not.toBe(old.fingerprint);
  expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
  // The first token, the lost one, and the one that replaced both.
  expect(simulator.counters.issues()).toBe(3);
  expect(simulator.counters.maxInFlight()).toBe(1);
  expect(stack.events("token-issued").at(-1)).toMatchObject({ reason: "takeover", version: 2 });
});

it("a holder that crashes before its call costs only the wait for its lease (P6)", async () => {
  const { stack, simulator, realm } = await confermaWorld({ deadlineMs });
  const [holder, other] = [await stack.start(realm), await stack.start(realm)];
  stack.secretsManager.requests.reset();
  stack.secretsManager.injectFault({ operation: "GetSecretValue", delayMs: 700 });
  const lost = holder.vend().catch(() => "killed");
  const isReading = () => stack.secretsManager.requests.of("GetSecretValue") === 1;
  await until("the holder reads the secret", isReading);
  await holder.kill();

  expect(versionOrCode(await other.vend())).toBe(1);
  expect(await lost).toBe("killed");
  expect(simulator.counters.issues()).toBe(1);
});

it("a holder paused past its lease does not overwrite its successor: the evidence stays (P2)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld({ deadlineMs });
  const [holder, other] = [await stack.start(realm), await stack.start(realm)];
  stack.dynamoDb.injectFault({ operation: "UpdateItem" }, 2); // The lease and the claim of the scope pass as they are,
  stack.dynamoDb.injectFault({ operation: "UpdateItem", delayMs: 5000 }); // the commit arrives when all is over.
  const late = holder.vend().catch(String);
  await until("the commit is on its way", () => stack.dynamoDb.requests.of("UpdateItem") === 3);
  holder.pause();

  const vended = expectAnswer(await other.vend());
  await sleep(2000);
  holder.resume();

  expect(await late).toMatchObject({ problem: { retryable: true } });
  const item = await stack.item(connection);
  expect(item?.["fingerprint"]?.S).toBe(vended.fingerprint);
  expect(item?.["version"]?.N).toBe("1");
  expect(expectAnswer(await other.vend())).toEqual(vended);
  expect(await useCredential(vended, simulator.pingUrl)).toBe(200);
  expect(simulator.counters.issues()).toBe(2);
  const lost = simulator.journal.find(({ kind }) => kind === "issue")?.fingerprint ?? "none";
  expect(holder.printed()).toContain(lost);
});

it("a holder that stalls between answer and commit leaves its token as a late issue (P2, P13)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld({ deadlineMs });
  const [holder, other] = [await stack.start(realm), await stack.start(realm)];
  await holder.stallBeforeSealing(leaseMs + 1000);
  const late = holder.vend();
  await until("the provider has issued", () => simulator.counters.issues() === 1);

  const vended = expectAnswer(await other.vend());
  await late;

  expect((await stack.item(connection))?.["fingerprint"]?.S).toBe(vended.fingerprint);
  const lost = simulator.journal.find(({ kind }) => kind === "issue")?.fingerprint;
  expect(stack.events("late-issue")).toMatchObject([{ connection, fingerprint: lost }]);
  const ledger = JSON.stringify((await stack.item(connection))?.["ledger"]);
  expect(ledger).toContain(lost);
  expect(ledger).toContain(vended.fingerprint);
});

it("an answer that never arrives leaves the token in doubt: it is replaced, not vended (P6)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld({ deadlineMs });
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  const first = expectAnswer(await one.vend());
  simulator.injectFault({ kind: "destroy", when: "after-handling" });

  const problem = expectProblem(await one.vend({ rejectedVersion: first.version }));
  expect(problem).toMatchObject({ code: "provider-unavailable", retryable: true });
  expect((await stack.item(connection))?.["suspect"]?.BOOL).toBe(true);
  expect(expectProblem(await other.vend()).code).toBe("provider-unavailable");
  await sleep(1000);

  const next = expectAnswer(await other.vend());
  expect(next.fingerprint).not.toBe(first.fingerprint);
  expect(await useCredential(next, simulator.pingUrl)).toBe(200);
  expect((await stack.item(connection))?.["suspect"]).toBeUndefined();
  expect(simulator.counters.issues()).toBe(3);
  expect(simulator.counters.unexcusedEarlyIssues()).toBe(1); // The caller's report, which the API had not confirmed.
});

it("a token that cannot be stored is not vended; when the table is available again, one issue replaces it (P7)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld({ deadlineMs });
  const [holder, other] = [await stack.start(realm), await stack.start(realm)];
  simulator.settings.latencyMs = 200;
  const unstored = holder.vend();
  await until("the lease and the scope are taken", () => writesOf(stack.dynamoDb) === 2);
  stack.dynamoDb.injectFault({ operation: "UpdateItem", fault: "fail" }, 1000);

  expect(expectProblem(await unstored)).toMatchObject({ code: "store-unavailable", status: 503 });
  expect(simulator.counters.issues()).toBe(1);
  expect((await stack.item(connection))?.["version"]?.N).toBe("0");
  const lost = simulator.journal.find(({ kind }) => kind === "issue")?.fingerprint;
  expect(holder.printed()).toContain(lost); // P13: every issue is accounted for.

  stack.dynamoDb.clearFaults();
  const vended = expectAnswer(await other.vend());
  expect(vended.fingerprint).not.toBe(lost);
  expect(await useCredential(vended, simulator.pingUrl)).toBe(200);
  expect(simulator.counters.issues()).toBe(2);
});

it("a commit that fails once is repeated: the token is not lost", async () => {
  const { stack, simulator, realm } = await confermaWorld({ deadlineMs });
  const process = await stack.start(realm);
  simulator.settings.latencyMs = 200;
  const vending = process.vend();
  await until("the lease and the scope are taken", () => writesOf(stack.dynamoDb) === 2);
  stack.dynamoDb.injectFault({ operation: "UpdateItem", fault: "fail" }, 4);

  expect(versionOrCode(await vending)).toBe(1);
  expect(simulator.counters.issues()).toBe(1);
});

const isFaultPlayed = (journal: readonly { kind: string }[]) =>
  journal.some(({ kind }) => kind === "fault");
const writesOf = ({ requests }: { requests: { of(operation: string): number } }) =>
  requests.of("UpdateItem");
