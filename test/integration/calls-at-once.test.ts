import { expect, it } from "vitest";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import type { VendPayload, VendResult } from "../../local/vend-client.ts";
import { aProxyEvent } from "../support/a-proxy-event.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  versionOrCode,
} from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

const times = <T>(count: number, of: () => T) => Array.from({ length: count }, of);

it("64 calls at once in one process get their own connection's answer, for one lookup of each demand", async () => {
  const { stack, simulator, realm, addAccount } = await confermaWorld();
  const accounts = ["default", "a", "b", "c"];
  for (const account of accounts.slice(1)) await addAccount(account);
  const process = await stack.start(realm);
  stack.dynamoDb.requests.reset();

  const direct = (account: string) =>
    process.vend({ account }).then((answer) => [account, expectAnswer(answer)] as const);
  const throughApi = async (account: string) => {
    const path = `/v1/tokens/conferma/test/${account}`;
    const { body } = (await process.handle(aProxyEvent({ path }))) as { body: string };
    return [account, JSON.parse(body) as VendAnswer] as const;
  };
  const unknown = async (account: string) =>
    [account, expectProblem(await process.vend({ account }))] as const;
  const calls = accounts.flatMap((account) => [
    ...times(7, () => direct(account)),
    ...times(7, () => throughApi(account)),
    ...times(2, () => unknown(`no-${account}`)),
  ]);
  const answers: (readonly [string, VendAnswer | Problem])[] = await Promise.all(calls);

  expect(answers).toHaveLength(64);
  for (const [account, { connection }] of answers) {
    expect(connection).toBe(`conferma/test/${account}`);
  }
  const tokens = answers.flatMap(([account, answer]) =>
    "token" in answer ? [`${account} ${answer.token} ${answer.header.value}`] : [],
  );
  expect(tokens).toHaveLength(56);
  expect(new Set(tokens).size).toBe(accounts.length);
  expect(simulator.counters.issues()).toBe(accounts.length);
  // A first issue costs four requests, an account without a secret one.
  expect(stack.dynamoDb.requests.total()).toBe(accounts.length * 5);
});

it("a version that several calls reject at once is replaced once, and nobody gets it again", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const process = await stack.start(realm);
  await process.vend();
  const ask = (payload: VendPayload) => process.vend(payload);
  const [plain, rejecting] = await Promise.all([
    Promise.all(times(8, () => ask({}))),
    Promise.all(times(8, () => ask({ rejectedVersion: 1 }))),
  ]);
  expect(sameAnswer(rejecting).version).toBe(2);
  for (const answer of plain) expect([1, 2]).toContain(versionOrCode(answer));
  expect(sameAnswer(await Promise.all(times(8, () => ask({})))).version).toBe(2);
  expect(simulator.counters.issues()).toBe(2);
});

it("a call without much time is told so in time, and the call that shares its flight gets the token", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  simulator.settings.latencyMs = 900;
  const process = await stack.start(realm);
  const codes: (string | number)[] = [];
  const told = (answer: VendResult) => codes.push(versionOrCode(answer));
  await Promise.all([process.vend({}, 600).then(told), process.vend({}, 8000).then(told)]);
  expect(codes).toEqual(["renewal-in-progress", 1]);
});
