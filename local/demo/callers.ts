import { setTimeout as sleep } from "node:timers/promises";
import type { VendAnswer } from "../../functions/http/contract.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { LocalStack } from "../stack.ts";
import type { VendPayload, VendResult } from "../vend-client.ts";
import { isVendAnswer, useCredential } from "../vend-client.ts";

/** What one caller was told, and by which process; no answer: a problem, or a process that died. */
export interface CallerReply {
  readonly pid: number;
  readonly answer: VendAnswer | undefined;
}

/** A caller of one realm. It asks the Lambda host itself, which says what Lambda keeps to itself: the process. */
export interface Caller {
  readonly realm: LocalRealm;
  readonly functionName: string;
  vend(payload?: VendPayload): Promise<CallerReply>;
  /** Whether the provider's API lets this credential in. */
  isAccepted(reply: CallerReply): Promise<boolean>;
}

export function createCaller(stack: LocalStack, provider: string): Caller {
  const realm = stack.providers.realms.find(({ settings }) => settings.provider === provider);
  if (!realm) throw new Error(`The local stack has no ${provider}.`);
  const functionName = stack.functionOf(realm).name;
  return {
    realm,
    functionName,
    async vend(payload = {}) {
      const { pid, functionError, payload: said } = await stack.host.invoke(functionName, payload);
      const vended = said as VendResult;
      return { pid, answer: !functionError && isVendAnswer(vended) ? vended : undefined };
    },
    isAccepted: async ({ answer }) =>
      answer !== undefined && (await useCredential(answer, realm.pingUrl)) === 200,
  };
}

/** `count` callers at the same moment, of whom Lambda serves as many at a time as there are `processes`. */
export function callConcurrently<T>(
  count: number,
  processes: number,
  caller: () => Promise<T>,
): Promise<T[]> {
  let waiting = count;
  return runInParallel(processes, () => waiting-- > 0, caller);
}

/** Callers who keep coming, `lanes` at a time, with a breath between two. */
export function callContinuously<T>(
  lanes: number,
  goesOn: () => boolean,
  caller: () => Promise<T>,
): Promise<T[]> {
  return runInParallel(lanes, goesOn, async () => {
    const result = await caller();
    await sleep(20);
    return result;
  });
}

async function runInParallel<T>(
  lanes: number,
  goesOn: () => boolean,
  caller: () => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const lane = async () => {
    while (goesOn()) results.push(await caller());
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

export function processesOf(replies: readonly CallerReply[]): Set<number> {
  return new Set(replies.map(({ pid }) => pid));
}

export function answeredReplies(replies: readonly CallerReply[]): CallerReply[] {
  return replies.filter(({ answer }) => answer !== undefined);
}
