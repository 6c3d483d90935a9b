import { describe, expect, test } from "vitest";
import type { ConnectionPage } from "../../functions/http/status-contract.ts";
import type { TickSummary } from "../../functions/vending/schedule/renew-due.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import { useCredential } from "../../local/vend-client.ts";
import { expectAnswer, sameAnswer, versionOrCode } from "../support/stack-answers.ts";
import { bundleOf } from "../support/stack-bundle.ts";
import type { World } from "../support/stack-realms.ts";
import { clientCredentialsWorld, confermaWorld, staticKeyWorld } from "../support/stack-realms.ts";
import type { VendProcess } from "../support/vend-process.ts";
import { earlierBundles, earlierReleases } from "./open-release.ts";

describe.each(earlierReleases)("processes of %s and of this release", (release, variables) => {
  /** On one table, earlier and later in turn, as while a deployment is going on. */
  async function ofBothReleases(
    { stack, realm }: Pick<World<unknown>, "stack" | "realm">,
    name = "vend-token",
    pairs = 1,
  ): Promise<VendProcess[]> {
    const earlier = earlierBundles(release);
    const bundles = Array.from({ length: pairs }, () => [earlier(name), bundleOf(name)]).flat();
    const shared = { ...stack.kmsKey, ...variables };
    return Promise.all(bundles.map((bundle) => stack.startBundle(bundle, realm, shared)));
  }

  test("ask for the first token once", async () => {
    const world = await confermaWorld();
    const all = await ofBothReleases(world, "vend-token", 3);
    const answer = sameAnswer(await Promise.all([...all, ...all].map((process) => process.vend())));
    expect(answer.version).toBe(1);
    expect(await useCredential(answer, world.simulator.pingUrl)).toBe(200);
    expect(world.simulator.counters.issues()).toBe(1);
  });

  test("replace a rejected token once, whichever release its callers use", async () => {
    const world = await confermaWorld();
    const all = await ofBothReleases(world, "vend-token", 2);
    for (const version of [1, 2, 3]) {
      expect(expectAnswer(await (all[version % 4] as VendProcess).vend()).version).toBe(version);
      const rejection = { rejectedVersion: version };
      const answers = await Promise.all(all.map((process) => process.vend(rejection)));
      expect(sameAnswer(answers).version).toBe(version + 1);
    }
    expect(world.simulator.counters.issues()).toBe(4);
    expect(world.simulator.counters.maxInFlight()).toBe(1);
  });

  test("under load renew at expiry: one issue per lifetime, none early, and no token is refused", async () => {
    const lifetimeMs = 2000;
    const world = await confermaWorld({ lifetimeMs });
    const all = await ofBothReleases(world, "vend-token", 2);
    for (const process of all) await process.vend();
    const { counters, pingUrl } = world.simulator;
    const begun = Date.now();
    const load = { pingUrl, untilEpochMs: begun + 9000, pauseMs: 60 };
    const tallies = await Promise.all(all.map((process) => process.load(load)));

    expect(tallies.flatMap(({ problems }) => problems)).toEqual([]);
    // A refusal long after `usableUntil` was caused by a delay of this machine.
    expect(tallies.flatMap(({ refused }) => refused.filter(({ lateMs }) => lateMs < 50))).toEqual(
      [],
    );
    expect(counters.unexcusedEarlyIssues()).toBe(0);
    expect(counters.maxInFlight()).toBe(1);
    const latest = Math.max(...tallies.flatMap(({ versions }) => versions));
    expect(counters.issues()).toBe(latest);
    expect(latest).toBeGreaterThan(3);
  });

  test("take a new version of a static key once, and go on counting", async () => {
    const world = await staticKeyWorld();
    const all = await ofBothReleases(world);
    expect(sameAnswer(await Promise.all(all.map((process) => process.vend()))).version).toBe(1);
    const apiKey = generateValue("key");
    world.simulator.registerKey(apiKey);
    await world.stack.secrets.rotate(world.secretName, { apiKey });
    const adopted = () =>
      Promise.all(all.map(async (process) => versionOrCode(await process.vend())));
    await expect.poll(adopted).toEqual([2, 2]);
  });

  test("renew by schedule once, though both schedules tick in the same minute", async () => {
    const world = await clientCredentialsWorld({ lifetimeMs: 8000 });
    const [vend] = await ofBothReleases(world);
    expect(versionOrCode((await vend?.vend()) ?? expect.fail("none"))).toBe(1);
    const schedules = await ofBothReleases(world, "renew-tokens");
    const ticks = schedules.map((schedule) => schedule.handle({}, 12_000));
    const summaries = (await Promise.all(ticks)) as TickSummary[];
    const sum = (count: keyof TickSummary) =>
      summaries.reduce((total, summary) => total + summary[count], 0);
    expect(sum("failed")).toBe(0);
    expect(sum("renewed")).toBe(world.simulator.counters.issues() - 1);
    expect(sum("renewed")).toBeGreaterThan(0);
    expect(world.simulator.counters.maxInFlight()).toBe(1);
  });

  test("show an operator the same of a connection", async () => {
    const world = await confermaWorld();
    const { stack, realm } = world;
    const [earlierVend, vend] = await ofBothReleases(world);
    await earlierVend?.vend();
    await vend?.vend({ rejectedVersion: 1 });
    const pages = await Promise.all(
      [earlierBundles(release)("list-connections"), bundleOf("list-connections")].map(
        async (bundle) => {
          const status = await stack.startStatus([realm], bundle);
          return (await status.handle({})) as ConnectionPage;
        },
      ),
    );
    expect(pages[0]).toMatchObject({ connections: [{ state: "usable", version: 2 }] });
    expect(pages[1]?.connections).toMatchObject(pages[0]?.connections ?? []);
  });
});
