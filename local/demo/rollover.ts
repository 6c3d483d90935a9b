import { answeredReplies, callContinuously, createCaller, processesOf } from "./callers.ts";
import { gapsBetween, issuedBy } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { atMost, exactly, none } from "./verdict.ts";

const lifetimeMs = 3000;
const lifetimes = 4;
const processes = 6;

/** The sum of the clock skew allowance, the provider's latency and a caller's polling interval, rounded up. */
const maxGapMs = 1000;

export const rollover: Scene = {
  letter: "b",
  title: "Rollover",
  description: `Tokens live ${lifetimeMs / 1000} s, a new one revokes the old, and callers keep using them for ${(lifetimes * lifetimeMs) / 1000} s.`,
  options: { lifetimeMs },
  async run(stack) {
    const { conferma } = stack.providers;
    const caller = createCaller(stack, "conferma");
    conferma.settings.latencyMs = 20;
    await stack.host.prestart(caller.functionName, processes);

    const end = Date.now() + lifetimes * lifetimeMs;
    const replies = await callContinuously(
      processes,
      () => Date.now() < end,
      async () => {
        const reply = await caller.vend();
        await caller.isAccepted(reply);
        return reply;
      },
    );

    const { earlyIssues, uses, usesRefused } = conferma.counters;
    const issues = issuedBy(conferma);
    const gaps = gapsBetween(issues, lifetimeMs);
    const failed = replies.length - answeredReplies(replies).length;
    return [
      exactly(
        "One token is issued per lifetime",
        lifetimes,
        issues.length,
        `in ${processesOf(replies).size} processes`,
      ),
      exactly("None is issued while another is valid", 0, earlyIssues()),
      atMost("The next one follows soon after", maxGapMs, Math.max(...gaps), "ms"),
      none("No token is refused when it is used", usesRefused(), uses() + usesRefused(), "uses"),
      none("No caller gets an error", failed, replies.length, "callers"),
    ];
  },
};
