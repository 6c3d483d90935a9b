import { setTimeout as sleep } from "node:timers/promises";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { LocalStack } from "../stack.ts";
import type { VendPayload, VendResult } from "../vend-client.ts";
import { isVendAnswer, useCredential } from "../vend-client.ts";

/** The answer to one caller, and the process that gave it. No answer: a problem, or a process that died. */
export interface CallerReply {
  readonly pid: number;
  readonly answer: VendAnswer | undefined;
}

/** A caller of one realm. It invokes the Lambda host directly, because Lambda's API does not reveal the process. */
export interface Caller {
  readonly realm: LocalRealm;
  readonly functionName: string;
  vend(payload?: VendPayload): Promise<CallerReply>;
  /** Whether the provider's API accepts the credential. */
  isAccepted(reply: CallerReply): Promise<boolean>;
}

export function createCaller(stack: LocalStack, provider: string): Caller {
  const realm = stack.providers.realms.find(({ settings }) => settings.provider === provider);
  if (!realm) throw new Error(`The local stack has no ${provider}.`);
  const functionName = stack.functionOf(realm).name;
  async function vendOnce(payload: VendPayload): Promise<CallerReply & { waitMs: number | null }> {
    const { pid, ...invocation } = await stack.host.invoke(functionName, payload);
    const result = invocation.payload as VendResult;
    if (invocation.functionError) return { pid, answer: undefined, waitMs: null };
    if (isVendAnswer(result)) return { pid, answer: result, waitMs: null };
    return { pid, answer: undefined, waitMs: waitMsAfter(result.problem) };
  }

  return {
    realm,
    functionName,
    async vend(payload = {}) {
      const givesUpAt = Date.now() + patienceMs;
      for (;;) {
        const { waitMs, ...reply } = await vendOnce(payload);
        if (waitMs === null || Date.now() + waitMs > givesUpAt) return reply;
        await sleep(waitMs);
      }
    },
    isAccepted: async ({ answer }) =>
      answer !== undefined && (await useCredential(answer, realm.pingUrl)) === 200,
  };
}

const patienceMs = 25_000;

/** What only has to be waited for: callers wait outside the function, as the client does. Null: nothing. */
function waitMsAfter({ code, retryAfterSeconds }: Problem): number | null {
  return code === "renewal-in-progress" && retryAfterSeconds ? retryAfterSeconds * 1000 : null;
}

/** Makes `count` calls, `processes` of them at a time. */
export function callConcurrently<T>(
  count: number,
  processes: number,
  caller: () => Promise<T>,
): Promise<T[]> {
  let waiting = count;
  return runInParallel(processes, () => waiting-- > 0, caller);
}

/** Keeps calling with the given concurrency, with a short pause between two calls. */
export function callContinuously<T>(
  concurrency: number,
  shouldContinue: () => boolean,
  caller: () => Promise<T>,
): Promise<T[]> {
  return runInParallel(concurrency, shouldContinue, async () => {
    const result = await caller();
    await sleep(20);
    return result;
  });
}

async function runInParallel<T>(
  concurrency: number,
  shouldContinue: () => boolean,
  caller: () => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const worker = async () => {
    while (shouldContinue()) results.push(await caller());
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

export function processesOf(replies: readonly CallerReply[]): Set<number> {
  return new Set(replies.map(({ pid }) => pid));
}

export function answeredReplies(replies: readonly CallerReply[]): CallerReply[] {
  return replies.filter(({ answer }) => answer !== undefined);
}
