import { setTimeout as sleep } from "node:timers/promises";
import { leaseMs } from "../../functions/model/call-limits.ts";
import type { LocalStack } from "../stack.ts";
import type { Caller } from "./callers.ts";
import { callerOf, crowd } from "./callers.ts";
import { faultsOf, holdersOfLatest, issuedBy, seen } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { all, atMost, exactly } from "./verdict.ts";

const waiting = 8;
const deadlineMs = 2000;
const answerAfterMs = 1800;
const killAfterMs = 1300;
/** The sole right to ask, which the dead process takes with it, lasts this long. */
const lastingMs = leaseMs({ deadlineMs, marginMs: 0 });

export const crash: Scene = {
  letter: "d",
  title: "Crash",
  story: `The process that asks the provider is killed halfway; its right to ask (the lease) lasts ${lastingMs / 1000} s.`,
  options: { deadlineMs },
  async play(stack) {
    const { conferma } = stack.providers;
    const caller = callerOf(stack, "conferma");
    await stack.host.prestart(caller.functionName, waiting + 1);
    conferma.injectFault({ kind: "delay", ms: answerAfterMs });

    const victim = caller.vend();
    await seen("the first request", () => faultsOf(conferma).length > 0);
    const holder = busyProcess(stack, caller);
    const rescued = crowd(waiting, waiting, caller.vend);
    await sleep(killAfterMs);
    const killedAt = Date.now();
    stack.host.kill(holder);
    if ((await victim).answer) throw new Error("The killed process answered.");

    const replies = await rescued;
    const recoveredMs = Date.now() - killedAt;
    const again = await caller.vend();
    const everyone = [...replies, again];
    await Promise.all(everyone.map(caller.use));

    const { uses, maxInFlight } = conferma.counters;
    const callers = everyone.length;
    return [
      atMost(
        "All who wait have a token within one lease",
        lastingMs,
        recoveredMs,
        "ms",
        "after the kill",
      ),
      exactly("The provider issues one for the dead, one anew", 2, issuedBy(conferma).length),
      exactly("It is asked by one process at a time", 1, maxInFlight(), "in flight at most"),
      all(
        "Every caller holds the new one",
        holdersOfLatest(conferma, everyone),
        callers,
        "callers",
      ),
      all("The provider accepts it from every caller", uses(), callers, "uses"),
    ];
  },
};

function busyProcess({ host }: LocalStack, { functionName }: Caller): number {
  const busy = host.processes(functionName).filter(({ busySince }) => busySince !== undefined);
  const [only] = busy;
  if (!only || busy.length > 1) throw new Error(`${busy.length} processes are busy, not one.`);
  return only.pid;
}
