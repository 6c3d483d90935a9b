import { setTimeout as sleep } from "node:timers/promises";
import { leaseMs } from "../../functions/vending/issuing/lease.ts";
import type { LocalStack } from "../stack.ts";
import type { Caller } from "./callers.ts";
import { callConcurrently, createCaller } from "./callers.ts";
import { callersWithLatest, faultsOf, issuedBy, waitUntilSeen } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { all, atMost, exactly } from "./verdict.ts";

const waiting = 8;
const deadlineMs = 2000;
const answerAfterMs = 1800;
const killAfterMs = 1300;
/** How long the killed process's lease lasts. */
const leaseDurationMs = leaseMs({ deadlineMs, marginMs: 0 });

export const crash: Scene = {
  letter: "d",
  title: "Crash",
  description: `The process that calls the provider is killed during the call; its lease lasts ${leaseDurationMs / 1000} s.`,
  options: { deadlineMs },
  async run(stack) {
    const { conferma } = stack.providers;
    const caller = createCaller(stack, "conferma");
    await stack.host.prestart(caller.functionName, waiting + 1);
    conferma.injectFault({ kind: "delay", ms: answerAfterMs });

    const interruptedCall = caller.vend();
    await waitUntilSeen("the first request", () => faultsOf(conferma).length > 0);
    const holder = busyProcess(stack, caller);
    const pendingReplies = callConcurrently(waiting, waiting, caller.vend);
    await sleep(killAfterMs);
    const killedAt = Date.now();
    stack.host.kill(holder);
    if ((await interruptedCall).answer) throw new Error("The killed process answered.");

    const replies = await pendingReplies;
    const recoveredMs = Date.now() - killedAt;
    const later = await caller.vend();
    const allReplies = [...replies, later];
    await Promise.all(allReplies.map(caller.isAccepted));

    const { uses, maxInFlight } = conferma.counters;
    const callers = allReplies.length;
    return [
      atMost("Who waits gets a token within a lease", leaseDurationMs, recoveredMs, "ms after it"),
      exactly("Two tokens are issued; one is lost", 2, issuedBy(conferma).length),
      exactly("One process at a time calls it", 1, maxInFlight(), "in flight at most"),
      all(
        "Every caller gets the second one",
        callersWithLatest(conferma, allReplies),
        callers,
        "callers",
      ),
      all("The provider accepts it at every use", uses(), callers, "uses"),
    ];
  },
};

function busyProcess({ host }: LocalStack, { functionName }: Caller): number {
  const busy = host.processes(functionName).filter(({ busySince }) => busySince !== undefined);
  const [first] = busy;
  if (!first || busy.length > 1) throw new Error(`${busy.length} processes are busy, not one.`);
  return first.pid;
}
