import type { Simulator } from "../simulators/kit/simulator.ts";
import type { Caller } from "./callers.ts";
import { callContinuously, createCaller } from "./callers.ts";
import { faultsOf, issuedBy } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import type { Verdict } from "./verdict.ts";
import { all, atLeast, atMost, exactly } from "./verdict.ts";

const retryAfterSeconds = 2;
const outageMs = 4500;
/** At once, after Retry-After, and one to two seconds later; the next back-off is longer than the outage. */
const maxCalls = 3;
/** The longest back-off after that many failures, plus a second until the next call. */
const maxRecoveryMs = 4000 + 1000;
/** Renewal is due after four fifths of the lifetime, which is during the outage. */
const storedLifetimeMs = 10_000;

export const outage: Scene = {
  letter: "f",
  title: "Outage",
  description: `Two providers answer "Retry-After: ${retryAfterSeconds}", then only fail; for one of them a token is stored.`,
  options: { deadlineMs: 2000 },
  async run(stack) {
    const { conferma, oauthServer } = stack.providers;
    const caller = createCaller(stack, "client-credentials");
    oauthServer.settings.lifetimeMs = storedLifetimeMs;
    const { answer } = await caller.vend();
    const storedUntil = Date.parse(answer?.usableUntil ?? "");

    startOutage(conferma);
    startOutage(oauthServer);
    const verdicts = await Promise.all([
      withoutStoredToken(createCaller(stack, "conferma")),
      withStoredToken(caller, storedUntil),
      withOtherProvider(createCaller(stack, "send-payments"), storedUntil),
    ]);
    return verdicts.flat();
  },
};

function startOutage(provider: Simulator): void {
  const route = "token";
  provider.injectFault({ kind: "throttle", retryAfter: String(retryAfterSeconds), route });
  provider.injectFault({ kind: "respond", status: 500, times: "always", route });
}

async function withoutStoredToken(caller: Caller): Promise<Verdict[]> {
  const { simulator } = caller.realm;
  const end = Date.now() + outageMs;
  const during = await callContinuously(4, () => Date.now() < end, caller.vend);
  simulator.clearFaults();
  const recoveredAt = Date.now();
  const isOver = () =>
    issuedBy(simulator).length > 0 || Date.now() > recoveredAt + 2 * maxRecoveryMs;
  await callContinuously(4, () => !isOver(), caller.vend);

  const calls = faultsOf(simulator);
  const [first, second] = calls.map(({ at }) => at);
  const [issue] = issuedBy(simulator);
  return [
    atMost(
      "The failing provider gets few calls",
      maxCalls,
      calls.length,
      "",
      `for ${during.length} callers`,
    ),
    atLeast(
      "It gets none before its Retry-After",
      1000 * retryAfterSeconds,
      elapsedMs(first, second),
      "ms",
    ),
    atMost(
      "A token is issued soon after the outage",
      maxRecoveryMs,
      elapsedMs(recoveredAt, issue?.at),
      "ms",
    ),
  ];
}

/** NaN if either event never happened. */
function elapsedMs(from: number | undefined, to: number | undefined): number {
  return (to ?? Number.NaN) - (from ?? Number.NaN);
}

async function withStoredToken(caller: Caller, storedUntil: number): Promise<Verdict[]> {
  const { accepted, attempted } = await useUntil(caller, storedUntil);
  const attempts = faultsOf(caller.realm.simulator).length;
  return [
    exactly("Renewing the stored token is tried once", 1, attempts, `for ${attempted} callers`),
    all("The stored token is vended meanwhile", accepted, attempted, "uses"),
  ];
}

async function withOtherProvider(caller: Caller, end: number): Promise<Verdict[]> {
  const { accepted, attempted } = await useUntil(caller, end);
  return [all("No caller of another provider fails", accepted, attempted, "uses")];
}

async function useUntil(
  caller: Caller,
  end: number,
): Promise<{ readonly accepted: number; readonly attempted: number }> {
  // A caller in the last moment would get a token that expires before it is used.
  const lastMomentMs = 200;
  const isInTime = () => Date.now() < end - lastMomentMs;
  const uses = await callContinuously(2, isInTime, async () =>
    caller.isAccepted(await caller.vend()),
  );
  return { accepted: uses.filter(Boolean).length, attempted: uses.length };
}
