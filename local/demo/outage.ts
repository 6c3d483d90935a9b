import type { Simulator } from "../simulators/kit/simulator.ts";
import type { Caller } from "./callers.ts";
import { callerOf, stream } from "./callers.ts";
import { faultsOf, issuedBy } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import type { Verdict } from "./verdict.ts";
import { all, atLeast, atMost, exactly } from "./verdict.ts";

const retryAfterSeconds = 2;
const outageMs = 4500;
/** At once, after Retry-After, and one to two seconds later; the pause after that outlasts the outage. */
const mostCalls = 3;
/** The longest pause after that many failures, and a second for someone to come and ask. */
const soonMs = 4000 + 1000;
/** Renewed when four fifths are over, long enough before its end for the renewal to meet the outage. */
const heldLifetimeMs = 10_000;

export const outage: Scene = {
  letter: "f",
  title: "Outage",
  story: `Two providers say "come back in ${retryAfterSeconds} s", then only fail; for one of them a token is held.`,
  options: { deadlineMs: 2000 },
  async play(stack) {
    const { conferma, oauthServer } = stack.providers;
    const held = callerOf(stack, "client-credentials");
    oauthServer.settings.lifetimeMs = heldLifetimeMs;
    const { answer } = await held.vend();
    const heldUntil = Date.parse(answer?.usableUntil ?? "");

    breakDown(conferma);
    breakDown(oauthServer);
    const verdicts = await Promise.all([
      whereNothingIsHeld(callerOf(stack, "conferma")),
      whereATokenIsHeld(held, heldUntil),
      besideTheOutage(callerOf(stack, "send-payments"), heldUntil),
    ]);
    return verdicts.flat();
  },
};

function breakDown(provider: Simulator): void {
  const route = "token";
  provider.injectFault({ kind: "throttle", retryAfter: String(retryAfterSeconds), route });
  provider.injectFault({ kind: "respond", status: 500, times: "always", route });
}

async function whereNothingIsHeld(caller: Caller): Promise<Verdict[]> {
  const { simulator } = caller.realm;
  const end = Date.now() + outageMs;
  const during = await stream(4, () => Date.now() < end, caller.vend);
  simulator.clearFaults();
  const healedAt = Date.now();
  const isOver = () => issuedBy(simulator).length > 0 || Date.now() > healedAt + 2 * soonMs;
  await stream(4, () => !isOver(), caller.vend);

  const calls = faultsOf(simulator);
  const [first, second] = calls.map(({ at }) => at);
  const [issue] = issuedBy(simulator);
  return [
    atMost(
      "Nobody hammers the failing provider",
      mostCalls,
      calls.length,
      "calls",
      `for ${during.length} callers`,
    ),
    atLeast(
      "It is left alone for as long as it asks",
      1000 * retryAfterSeconds,
      since(first, second),
      "ms",
    ),
    atMost(
      "A token is issued soon after it is well again",
      soonMs,
      since(healedAt, issue?.at),
      "ms",
    ),
  ];
}

/** Not a number when either never happened. */
function since(from: number | undefined, to: number | undefined): number {
  return (to ?? Number.NaN) - (from ?? Number.NaN);
}

async function whereATokenIsHeld(caller: Caller, heldUntil: number): Promise<Verdict[]> {
  const { accepted, asked } = await useUntil(caller, heldUntil);
  const attempts = faultsOf(caller.realm.simulator).length;
  return [
    exactly("The held token's renewal is tried once", 1, attempts, `for ${asked} callers`),
    all("The held token is vended all the while", accepted, asked, "uses"),
  ];
}

async function besideTheOutage(caller: Caller, end: number): Promise<Verdict[]> {
  const { accepted, asked } = await useUntil(caller, end);
  return [all("Callers of other providers notice nothing", accepted, asked, "uses")];
}

async function useUntil(
  caller: Caller,
  end: number,
): Promise<{ readonly accepted: number; readonly asked: number }> {
  // A caller who comes in the last moment would be handed a token that ends before it is used.
  const lastMomentMs = 200;
  const isInTime = () => Date.now() < end - lastMomentMs;
  const uses = await stream(2, isInTime, async () => caller.use(await caller.vend()));
  return { accepted: uses.filter(Boolean).length, asked: uses.length };
}
