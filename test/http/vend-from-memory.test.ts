import { createHook } from "node:async_hooks";
import middy from "@middy/core";
import { describe, expect, test } from "vitest";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import type { VendRequest } from "../../functions/model/credential.ts";
import { flushMetricsAfter } from "../../functions/platform/emf-metrics.ts";
import { processVending } from "../../functions/vending/process-vending.ts";
import { aCredential, noProofs } from "../support/a-credential.ts";
import { aContext, aProxyEvent } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { early } from "../support/policies.ts";

/** The function's handler, over the emulated table. */
function aHandler(here = new TestDeployment(early)) {
  const deps = here.dependencies();
  const reads = { clock: 0 };
  const now = () => {
    reads.clock += 1;
    return here.clock.now();
  };
  const { countdown, sleep, timeout } = deps.clock;
  const clock: typeof deps.clock = {
    now,
    countdown: countdown.bind(here.clock),
    sleep: sleep.bind(here.clock),
    timeout: timeout.bind(here.clock),
  };
  const counted = { ...deps, clock };
  const { realm, log, metrics } = deps;
  const endpoint = vendEndpoint({
    ...{
      realm,
      extraHeaders: undefined,
      clock,
      log,
      metrics,
      processName: "p-1",
      proofs: noProofs,
    },
    ...processVending(counted),
  });
  const handler = flushMetricsAfter(endpoint, { flush: () => {} });
  return { handler, reads };
}

/** What Node begins while something runs: promises, timers, everything else. */
async function begunDuring(act: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const begun: Record<string, number> = {};
  const hook = createHook({
    init(_, type) {
      begun[type] = (begun[type] ?? 0) + 1;
    },
  });
  hook.enable();
  await act();
  hook.disable();
  return begun;
}

describe("a vend from memory", () => {
  test("begins no timer, fewer promises than a middy handler that does nothing, and reads the clock once", async () => {
    const { handler, reads } = aHandler();
    const empty = middy().handler(async () => ({}));
    await handler({}, aContext());
    reads.clock = 0;
    const begun = await begunDuring(() => handler({}, aContext()));
    const least = await begunDuring(() => empty({}, aContext()));
    expect(reads.clock).toBe(1);
    expect(Object.keys(begun)).toEqual(["PROMISE"]);
    expect(Object.keys(least)).toEqual(["PROMISE", "Timeout"]);
    expect(begun["PROMISE"]).toBeLessThan(least["PROMISE"] ?? 0);
  });

  test("does not ask how much time the invocation has", async () => {
    const { handler } = aHandler();
    await handler({}, aContext());
    let asked = 0;
    const remaining = () => {
      asked += 1;
      return 10_000;
    };
    await handler({}, { ...aContext(), getRemainingTimeInMillis: remaining });
    expect(asked).toBe(0);
  });

  test("is counted like any other", async () => {
    const here = new TestDeployment(early);
    const { handler } = aHandler(here);
    await handler({}, aContext());
    here.measured.length = 0;
    await handler({}, aContext());
    await handler(aProxyEvent(), aContext());
    expect(here.measured).toEqual([
      ["Vends", 1],
      ["RemainingLifeMs", 298_800],
      ["Vends", 1],
      ["RemainingLifeMs", 298_800],
    ]);
  });
});

describe("answers of one credential", () => {
  class CountedDate extends Date {
    written = 0;

    override toISOString(): string {
      this.written += 1;
      return super.toISOString();
    }
  }
  const realm = { provider: "conferma", environment: "production" } as const;
  const instant = new CountedDate(at("10:00:00.000"));
  const credential = aCredential({ issuedAt: instant });
  const asked: VendRequest[] = [];
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const handler = vendEndpoint({
    ...{ realm, log, metrics: { record: () => {} }, extraHeaders: undefined },
    ...{ clock: new FixedClock(at("10:00:01.000")), processName: "p-1", proofs: noProofs },
    cached: (request) => {
      asked.push(request);
      return credential;
    },
    vend: () => Promise.reject(new Error("It was remembered.")),
  });
  const answer = () => handler({} as never, aContext()) as Promise<Record<string, unknown>>;

  test("have instants that were written once", async () => {
    expect(await answer()).toEqual(await answer());
    expect(instant.written).toBe(1);
  });

  test("are objects of their own: what one caller does to its answer, no other sees", async () => {
    const [one, other] = [await answer(), await answer()];
    const before = structuredClone(other);
    for (const key of Object.keys(one)) delete one[key];
    expect(other).toEqual(before);
    expect(await answer()).toEqual(before);
  });

  test("are given to a request that was read as any other", async () => {
    const response: unknown = await handler({ acount: "default" } as never, aContext());
    expect(response).toMatchObject({ problem: { code: "invalid-request" } });
    asked.length = 0;
    await handler({ minValiditySeconds: 7, rejectedVersion: 2 } as never, aContext());
    expect(asked).toEqual([{ account: "default", minValiditySeconds: 7, rejectedVersion: 2 }]);
  });
});
