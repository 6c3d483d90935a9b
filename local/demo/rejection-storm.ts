import { callerOf, crowd } from "./callers.ts";
import { holdersOfLatest, issuedBy } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { all, exactly } from "./verdict.ts";

const callers = 32;

export const rejectionStorm: Scene = {
  letter: "c",
  title: "Rejection storm",
  story: `Someone else's sign-in kills our token; ${callers} callers report it at the same moment.`,
  options: {},
  async play(stack) {
    const { conferma } = stack.providers;
    const caller = callerOf(stack, "conferma");
    conferma.settings.latencyMs = 200;
    await stack.host.prestart(caller.functionName, callers);
    const everyone = <T>(act: () => Promise<T>) => crowd(callers, callers, act);

    const first = await everyone(caller.vend);
    conferma.issueAsSomeoneElse(issuedBy(conferma)[0]?.revocationScope ?? "");
    await Promise.all(first.map(caller.use));
    const refused = conferma.counters.usesRefused(401);
    const issuedBefore = conferma.counters.issues();

    const rejectedVersion = first[0]?.answer?.version ?? 0;
    const next = await everyone(() => caller.vend({ rejectedVersion }));
    const issued = conferma.counters.issues() - issuedBefore;
    await Promise.all(next.map(caller.use));

    const { uses, maxInFlight } = conferma.counters;
    const isNext = next.filter(({ answer }) => answer?.version === rejectedVersion + 1);
    return [
      all("Every caller's token really is dead", refused, callers, "uses refused"),
      exactly("The provider issues one new token", 1, issued, `for ${callers} reports`),
      exactly("It is asked by one process at a time", 1, maxInFlight(), "in flight at most"),
      all("Every caller holds that token", holdersOfLatest(conferma, isNext), callers, "callers"),
      all("The provider accepts it from every caller", uses(), callers, "uses"),
    ];
  },
};
