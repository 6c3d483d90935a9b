import { callConcurrently, createCaller } from "./callers.ts";
import { callersWithLatest, issuedBy } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { all, exactly } from "./verdict.ts";

const callers = 32;

export const rejectionStorm: Scene = {
  letter: "c",
  title: "Rejection storm",
  description: `Another issuer revokes our token; ${callers} callers report it at the same moment.`,
  options: {},
  async run(stack) {
    const { conferma } = stack.providers;
    const caller = createCaller(stack, "conferma");
    conferma.settings.latencyMs = 200;
    await stack.host.prestart(caller.functionName, callers);
    const allCallers = <T>(act: () => Promise<T>) => callConcurrently(callers, callers, act);

    const first = await allCallers(caller.vend);
    conferma.issueAsSomeoneElse(issuedBy(conferma)[0]?.revocationScope ?? "");
    await Promise.all(first.map(caller.isAccepted));
    const refused = conferma.counters.usesRefused(401);
    const issuedBefore = conferma.counters.issues();

    const rejectedVersion = first[0]?.answer?.version ?? 0;
    const next = await allCallers(() => caller.vend({ rejectedVersion }));
    const issued = conferma.counters.issues() - issuedBefore;
    await Promise.all(next.map(caller.isAccepted));

    const { uses, maxInFlight } = conferma.counters;
    const isNext = next.filter(({ answer }) => answer?.version === rejectedVersion + 1);
    return [
      all("Every caller's token has been revoked", refused, callers, "uses refused"),
      exactly("The provider issues one new token", 1, issued, `for ${callers} reports`),
      exactly("One process at a time calls it", 1, maxInFlight(), "in flight at most"),
      all("Every caller gets that token", callersWithLatest(conferma, isNext), callers, "callers"),
      all("The provider accepts it at every use", uses(), callers, "uses"),
    ];
  },
};
