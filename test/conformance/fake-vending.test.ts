import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { fakeVending } from "../../client/testing.ts";
import type { Transport, TransportRequest } from "../../client/transport.ts";
import type { CaseAnswer, ConformanceCase } from "./case-schema.ts";
import type { ClientProcess } from "./client-process.ts";
import { startClient } from "./client-process.ts";
import { testedLanguages } from "./languages.ts";
import { playCases } from "./play-case.ts";
import { readCases } from "./read-cases.ts";
import type { PlayedVending } from "./referee.ts";
import { defaultConnection, scriptedAnswers, startReferee, tokenOf } from "./referee.ts";

/** Cases whose answers no real token vending gives, or whose versions begin in the middle of a story, and why. */
const notPlayed: Readonly<Record<string, string>> = {
  "asks-again-when-expired-on-arrival": "a credential that has ended is vended",
  "gives-up-when-always-expired": "a credential that has ended is vended",
  "is-denied-by-the-gateway": "API Gateway answers",
  "is-throttled-by-the-gateway": "API Gateway answers",
  "joins-no-abandoned-request": "a version is lost that nobody was vended",
  "keeps-a-key-for-a-minute": "somebody rotates the key meanwhile",
  "keeps-a-long-lived-key-for-a-minute": "somebody rotates the key meanwhile",
  "keeps-the-newer-version": "an older version is vended after a newer one",
  "leaves-others-their-answer": "its second answer is never asked for",
  "passes-unknown-codes-on": "a newer release answers",
  "reports-no-older-version": "its first version is 7",
  "retries-no-version-twice": "a rejected version is vended again",
  "takes-no-header-that-is-none": "the answer is malformed",
  "takes-no-other-connection": "the answer is another connection's",
  "takes-no-part-of-a-credential": "the answer is malformed",
  "understands-json-only": "the answer is malformed",
};

/** The clock of the fake, which the commands `clock` of a case set ahead as they do its client's. */
interface CaseClock {
  aheadMs: number;
}

/**
 * The fake as the token vending of a case. Of the case it takes what goes wrong (problems, delays, silence), the lifetimes
 * and the headers; which version is vended when is its own.
 */
function playFake(script: ConformanceCase, clock: CaseClock): PlayedVending {
  const { connection = defaultConnection } = script;
  const next = scriptedAnswers(script);
  let scripted: CaseAnswer | undefined;
  const fake = fakeVending({
    now: () => Date.now() + clock.aheadMs,
    tokenOf: (_, version) => tokenOf(version),
    lifetimeSeconds: () =>
      (scripted && "version" in scripted ? scripted.usableForSeconds : undefined) ?? 300,
    headersOf: (token) => ({
      Authorization: `Bearer ${token}`,
      ...(scripted && "version" in scripted ? scripted.extraHeaders : {}),
    }),
    async before(_, signal) {
      if (!scripted) return;
      if ("delayMs" in scripted) await sleep(scripted.delayMs, undefined, { signal });
      if ("problem" in scripted) fake.fail(connection, scripted.problem as never);
    },
  });
  return async (request, signal) => {
    scripted = next(request);
    if (scripted && "silent" in scripted) return null;
    return overHttp(await fake.transport(readWords(request, connection), signal));
  };
}

/** `vend`, `vend minValiditySeconds=60`, `reject 1` */
function readWords(request: string, connection: string): TransportRequest {
  const [, rejected, seconds] =
    /^(?:reject (\d+)|vend(?: minValiditySeconds=(\d+))?)$/.exec(request) ?? [];
  return {
    connection,
    ...(rejected ? { rejectedVersion: Number(rejected) } : {}),
    ...(seconds ? { minValiditySeconds: Number(seconds) } : {}),
  };
}

/** What an invocation returns, as the API answers it. The judge knows its versions' fingerprints. */
function overHttp(answer: Awaited<ReturnType<Transport>>) {
  const { problem, ...credential } = Object(answer);
  if (problem) {
    const contentType = "application/problem+json";
    return { status: problem.status, contentType, text: JSON.stringify(problem) };
  }
  const fingerprint = `9f86d08188${String(credential.version).padStart(2, "0")}`;
  const text = JSON.stringify({ ...credential, fingerprint });
  return { status: 200, contentType: "application/json", text };
}

/** The client's program, whose commands `clock` are obeyed by the case's fake too. */
function withClocks(program: ClientProcess, clocks: ReadonlyMap<string, CaseClock>): ClientProcess {
  return {
    ...program,
    ask(command) {
      const clock = clocks.get(`${command["client"]}`);
      if (clock && command["do"] === "clock")
        clock.aheadMs = Number(command["aheadSeconds"]) * 1000;
      return program.ask(command);
    },
  };
}

it("the fake for tests lets a client conform, by itself: it answers what the cases' token vending does", async () => {
  const cases = readCases().filter(({ name }) => !(name in notPlayed));
  const clocks = new Map(cases.map(({ name }) => [name, { aheadMs: 0 }]));
  const [typescript] = testedLanguages;
  const program = startClient(typescript?.command(typescript.folder) ?? []);
  const start = (script: ConformanceCase) => {
    const clock = clocks.get(script.name) ?? { aheadMs: 0 };
    return startReferee(script, playFake(script, clock));
  };
  const verdicts = await playCases(cases, withClocks(program, clocks), undefined, start);
  await program.stop();
  expect(verdicts.filter(({ faults, unsupported }) => faults.length > 0 || unsupported)).toEqual(
    [],
  );
  expect(verdicts.length).toBeGreaterThan(30);
});

it("every case that the fake does not play exists", () => {
  const names = readCases().map(({ name }) => name);
  expect(Object.keys(notPlayed).filter((name) => !names.includes(name))).toEqual([]);
});
