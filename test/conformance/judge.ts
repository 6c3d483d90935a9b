import { isDeepStrictEqual } from "node:util";
import type { ConformanceCase, StepExpectation } from "./case-schema.ts";
import type { ClientReply } from "./client-process.ts";
import type { JudgedCall, Referee } from "./referee.ts";
import { secretMark, tokenOf } from "./referee.ts";

/** What is wrong with a reply to a step, in sentences. */
export function faultsOfReply(
  step: string,
  reply: ClientReply,
  expected: StepExpectation = {},
  tookMs: number,
): string[] {
  const { withinMs = Infinity, notBeforeMs = 0, ...members } = expected;
  const got: Record<string, unknown> = {
    version: reply.credential?.version,
    status: reply.response?.status,
    ...reply.error,
  };
  const faults = Object.entries(members)
    .filter(([member, value]) => !isDeepStrictEqual(got[member], value))
    .map(
      ([member, value]) => `${step}: ${member} is ${inWords(got[member])}, not ${inWords(value)}`,
    );
  if (reply.error && !("code" in members) && "version" in members)
    faults.push(`${step}: fails with ${reply.error.code}`);
  if (tookMs > withinMs) faults.push(`${step}: takes ${Math.round(tookMs)} ms, not ${withinMs}`);
  if (tookMs < notBeforeMs)
    faults.push(`${step}: ends after ${Math.round(tookMs)} ms, before ${notBeforeMs}`);
  return [...faults, ...faultsOfCredential(reply)];
}

/** The token and its header are what was vended. */
function faultsOfCredential({ credential }: ClientReply): string[] {
  if (!credential) return [];
  const { token, headers, version } = credential;
  const sent = Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization");
  const isRight = token === tokenOf(version) && sent?.[1] === `Bearer ${token}`;
  return isRight ? [] : [`token or header are not those of version ${version}`];
}

/** A credential or an error prints something useful, and no secret. */
export function faultsOfPrints({ printed = [], error, credential }: ClientReply): string[] {
  const faults: string[] = [];
  if (printed.some((text) => text.includes(secretMark))) faults.push("a secret is printed");
  const told = error ? error.code : credential && `9f86d08188${credential.version}`.slice(0, 10);
  if (told && !printed.some((text) => text.includes(told)))
    faults.push(`nothing that is printed names ${error ? "the code" : "the fingerprint"}`);
  return faults;
}

/** What is wrong with what token vending and the provider were sent. */
export function faultsOfTraffic(script: ConformanceCase, referee: Referee): string[] {
  const sent = referee.requests.map(({ text }) => text);
  const faults = isDeepStrictEqual(sent, script.requests)
    ? []
    : [`token vending gets ${inWords(sent)}, not ${inWords(script.requests)}`];
  for (const { before, atLeastMs } of script.pauses ?? []) {
    const [earlier, later] = referee.requests.slice(before - 2, before);
    const pauseMs = (later?.at ?? 0) - (earlier?.answeredAt ?? 0);
    if (later && pauseMs < atLeastMs)
      faults.push(`request ${before} comes after ${Math.round(pauseMs)} ms, before ${atLeastMs}`);
  }
  return [...faults, ...faultsOfCalls(script.calls, referee.calls)];
}

function faultsOfCalls(expected: ConformanceCase["calls"], calls: readonly JudgedCall[]): string[] {
  if (!expected) return [];
  if (calls.length !== expected.length)
    return [`the provider gets ${calls.length} calls, not ${expected.length}`];
  return expected.flatMap(({ headers = {}, ...members }, at) => {
    const call: Partial<JudgedCall> = calls[at] ?? {};
    const differing = [
      ...Object.entries(members).filter(
        ([name, value]) => call[name as keyof JudgedCall] !== value,
      ),
      ...Object.entries(headers).filter(([name, value]) => call.headers?.[name] !== value),
    ];
    return differing.map(([name, value]) => `call ${at + 1}: ${name} is not ${inWords(value)}`);
  });
}

const inWords = (value: unknown) => JSON.stringify(value) ?? "missing";
