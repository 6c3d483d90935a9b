import { callerOf, crowd, processesOf, served } from "./callers.ts";
import { holdersOfLatest } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { all, exactly } from "./verdict.ts";

const callers = 64;
const processes = 16;

export const coldStart: Scene = {
  letter: "a",
  title: "Cold start",
  story: `${callers} callers want a token at once, from ${processes} processes that have just started.`,
  options: {},
  async play(stack) {
    const { conferma } = stack.providers;
    const caller = callerOf(stack, "conferma");
    // As slow as a real one, so that every process comes while the first is still waiting for its answer.
    conferma.settings.latencyMs = 200;
    await stack.host.prestart(caller.functionName, processes);

    const replies = await crowd(callers, processes, caller.vend);
    const { issues, maxInFlight } = conferma.counters;
    await Promise.all(served(replies).map(caller.use));

    return [
      exactly("The provider issues one token", 1, issues(), `for ${callers} callers`),
      exactly("It is asked by one process at a time", 1, maxInFlight(), "in flight at most"),
      exactly(`All ${processes} processes take part`, processes, processesOf(replies).size),
      all("Every caller holds that token", holdersOfLatest(conferma, replies), callers, "callers"),
      all("The provider accepts it from every caller", conferma.counters.uses(), callers, "uses"),
    ];
  },
};
