import { describe, expect, test } from "vitest";
import { aFailedIssue, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry } from "../support/policies.ts";

const down = aFailedIssue();
const aDay = { kind: "stated", atLeastMs: 86_400_000, atMostMs: 86_400_000 } as const;

function aDeployment(): TestDeployment {
  const here = new TestDeployment(atExpiry);
  here.lifetime = aDay;
  return here;
}

/** Requests again after each stated pause, until a credential is vended. */
async function insist(here: TestDeployment, rejectedVersion: number, untilMs: number) {
  const codes: string[] = [];
  while (Number(here.clock.now()) < untilMs) {
    const outcome = await here.vend({ rejectedVersion }).catch((error) => error);
    if ("token" in outcome) return { codes, credential: outcome };
    codes.push(outcome.code);
    here.clock.advance((outcome.retryAfterSeconds ?? 1) * 1000);
  }
  return { codes, credential: null };
}

describe("an outage", () => {
  test("is not taken for another issuer: failed renewals do not count as rejections", async () => {
    const here = aDeployment();
    await here.vend();
    const { answer } = here;
    here.answer = () => down;
    const outageEnds = Number(at("10:10:00.000"));
    const { codes } = await insist(here, 1, outageEnds);
    expect(new Set(codes)).toEqual(new Set(["provider-unavailable"]));
    expect(here.asked.length).toBeGreaterThan(5);

    here.answer = answer;
    const { codes: after, credential } = await insist(here, 1, outageEnds + 120_000);
    expect(after).toEqual([]);
    expect(credential?.version).toBe(2);
    expect(Number(here.clock.now()) - outageEnds).toBeLessThan(61_000);
  });

  test("between two renewals that rejections caused leaves the third one allowed", async () => {
    const here = aDeployment();
    await here.vend();
    await here.vend({ rejectedVersion: 1 });
    await here.vend({ rejectedVersion: 2 });
    const { answer } = here;
    for (let n = 0; n < 2; n += 1) {
      here.answer = () => down;
      await here.refusalOf({ rejectedVersion: 3 });
      here.clock.advance(10_000);
    }
    here.answer = answer;
    expect(await here.vend({ rejectedVersion: 3 })).toMatchObject({ version: 4 });
  });
});

describe("a caller that rejects every second", () => {
  test("causes fifteen issues in an hour, and does not affect other callers", async () => {
    const here = aDeployment();
    let { version } = await here.vend();
    const end = Number(here.clock.now()) + 3_600_000;
    while (Number(here.clock.now()) < end) {
      const outcome = await here.vend({ rejectedVersion: version }).catch((error) => error);
      if ("token" in outcome) version = outcome.version;
      else expect(outcome.code).toBe("contested");
      here.clock.advance(1000);
    }
    // Three in a row, and one in each five minutes.
    expect(here.asked.length - 1).toBeLessThanOrEqual(3 + 12);
    expect(here.asked.length - 1).toBeGreaterThanOrEqual(3 + 11);
    expect(await here.vend()).toMatchObject({ version });
  });

  test("leaves room for a justified rejection as soon as it stops", async () => {
    const here = aDeployment();
    await here.vend();
    for (const rejectedVersion of [1, 2, 3]) await here.vend({ rejectedVersion });
    const refusal = await here.refusalOf({ rejectedVersion: 4 });
    expect(refusal).toMatchObject({ code: "contested", retryAfterSeconds: 300 });
    here.clock.advance(300_000);
    expect(await here.vend({ rejectedVersion: 4 })).toMatchObject({ version: 5 });
    here.clock.advance(900_000);
    for (const rejectedVersion of [5, 6, 7]) await here.vend({ rejectedVersion });
    expect(await here.vend()).toMatchObject({ version: 8 });
  });
});
