import { describe, expect, test } from "vitest";
import { maxClockSkewMs, plusMs } from "../../../functions/model/clock.ts";
import { connectionOf } from "../../../functions/model/connection.ts";
import type { RenewalIndex } from "../../../functions/model/renewal-index.ts";
import type { SecretSource } from "../../../functions/model/secret-source.ts";
import { aFailedIssue, aLease, at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry } from "../../support/policies.ts";
import { oneRenewed, oneSkipped } from "../../support/tick-summaries.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const connection = connectionOf(realm, "default");
const { signal } = new AbortController();

/** When the five-minute token of `aDeployment` may be replaced, and until when a caller keeps it alive. */
const renewAt = at("10:05:00.450");
const keptUntil = at("11:00:00.200");

/** A token was vended at ten, and the clock has advanced. `askedAt` lists when the provider was called since. */
async function aDeployment(now: Date) {
  const here = new TestDeployment(atExpiry);
  await here.vend();
  here.clock.moveTo(now);
  const askedAt: Date[] = [];
  here.answer = () => {
    askedAt.push(plusMs(here.clock.now(), -200));
    return here.issued();
  };
  return { here, askedAt };
}

/** An index that says that the connection is due at this instant. */
function saying(dueAt: Date): RenewalIndex {
  return {
    prune: async () => expect.fail("Nothing has lapsed."),
    async *due() {
      yield { connection, dueAt, dueUntil: at("11:30:00.000") };
    },
  };
}

/** Another process takes the lease until this instant, and crashes. */
async function leaseElsewhere(here: TestDeployment, until: Date): Promise<void> {
  const { store } = here.dependencies();
  const since = plusMs(until, -7000);
  const intent = { lease: aLease({ owner: "vanished", since, until }), doubtedAt: null };
  const { held } = await store.takeLease(connection, await here.record(), intent, signal);
  expect(held).not.toBeNull();
}

describe("the record decides, not the index", () => {
  test("so a connection without a token is skipped", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => aFailedIssue();
    await here.refusalOf();
    expect(await here.record()).toMatchObject({ token: null });
    here.clock.advance(60_000);
    expect(await here.tick({ index: saying(here.clock.now()) })).toEqual(oneSkipped);
    expect(here.asked).toHaveLength(1);
  });

  test("so not even a token in doubt is renewed before its instant, unless for a caller", async () => {
    const { here, askedAt } = await aDeployment(at("10:04:00.000"));
    const { answer } = here;
    here.answer = () => aFailedIssue({ mayHaveIssued: true });
    await here.refusalOf({ rejectedVersion: 1 });
    expect(await here.record()).toMatchObject({ doubtedAt: expect.any(Date) });
    here.answer = answer;
    expect(await here.tick({ index: saying(at("10:04:30.000")) })).toEqual(oneRenewed);
    expect(askedAt).toEqual([renewAt]);
  });

  test("so a connection is checked again within the horizon only", async () => {
    const horizonMs = 75_000;
    const { here, askedAt } = await aDeployment(plusMs(renewAt, -horizonMs));
    const soon = plusMs(here.clock.now(), 10_000);
    expect(await here.tick({ index: saying(soon) })).toEqual(oneSkipped);
    expect(here.clock.slept).toEqual([10_000]);
    here.clock.moveTo(plusMs(renewAt, 1 - horizonMs));
    expect(await here.tick({ index: saying(soon) })).toEqual(oneRenewed);
    expect(askedAt).toEqual([renewAt]);
  });
});

describe("a connection at the end of its hour", () => {
  test("is renewed up to the last instant", async () => {
    const { here, askedAt } = await aDeployment(keptUntil);
    expect(await here.tick()).toEqual(oneRenewed);
    expect(askedAt).toEqual([keptUntil]);
  });

  test.each([
    ["is taken over from a crashed process whose lease ends with it", 0, oneRenewed, [0, 5000]],
    ["is not waited for when another process's lease ends after it", 1, oneSkipped, [0]],
  ])("%s", async (_, laterMs, tally, slept) => {
    const { here } = await aDeployment(plusMs(keptUntil, -5000));
    await leaseElsewhere(here, plusMs(keptUntil, laterMs - maxClockSkewMs));
    expect(await here.tick()).toEqual(tally);
    expect(here.clock.slept).toEqual(slept);
  });
});

describe("a tick", () => {
  test("looks a refused secret up as often as a vend: once a second in each process", async () => {
    const { here } = await aDeployment(renewAt);
    here.answer = () => aFailedIssue({ code: "credentials-rejected" });
    await here.refusalOf();
    here.clock.advance(60_000);
    const { secrets } = here.dependencies();
    const ages: number[] = [];
    const read: SecretSource["read"] = (account, maxAgeMs, until) => {
      ages.push(maxAgeMs);
      return secrets.read(account, maxAgeMs, until);
    };
    expect(await here.tick({ secrets: { read } })).toEqual(oneSkipped);
    expect(ages).toEqual([1000]);
  });

  test("without a failure counts none", async () => {
    const { here } = await aDeployment(renewAt);
    here.measured.length = 0;
    expect(await here.tick()).toEqual(oneRenewed);
    expect(here.measured).toEqual([
      ["Issues", 1],
      ["OverdueMs", 0],
    ]);
  });
});
