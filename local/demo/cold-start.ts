import { answeredReplies, callConcurrently, createCaller, processesOf } from "./callers.ts";
import { callersWithLatest } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { all, exactly } from "./verdict.ts";

const callers = 64;
const processes = 16;

export const coldStart: Scene = {
  letter: "a",
  title: "Cold start",
  description: `${callers} callers want a token at once, from ${processes} processes that have just started.`,
  options: {},
  async run(stack) {
    const { conferma } = stack.providers;
    const caller = createCaller(stack, "conferma");
    // As slow as a real provider, so that every process starts while the first is waiting for its answer.
    conferma.settings.latencyMs = 200;
    await stack.host.prestart(caller.functionName, processes);

    const replies = await callConcurrently(callers, processes, caller.vend);
    const { issues, maxInFlight } = conferma.counters;
    await Promise.all(answeredReplies(replies).map(caller.isAccepted));

    return [
      exactly("The provider issues one token", 1, issues(), `for ${callers} callers`),
      exactly("One process at a time calls it", 1, maxInFlight(), "in flight at most"),
      exactly(`All ${processes} processes take part`, processes, processesOf(replies).size),
      all("Every caller gets that token", callersWithLatest(conferma, replies), callers, "callers"),
      all("The provider accepts it at every use", conferma.counters.uses(), callers, "uses"),
    ];
  },
};
