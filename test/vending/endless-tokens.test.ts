import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import { connectionState } from "../../functions/vending/decision/connection-state.ts";
import { silentConsent } from "../support/a-consent.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

const dayMs = 86_400_000;

const invalidGrant: NotIssued = {
  ...({
    kind: "not-issued",
    code: "consent-required",
    detail: "The provider refuses it.",
  } as const),
  ...{ mayHaveIssued: false, retryAfterMs: null },
};

/** A consent whose tokens have no lifetime, at a provider that issues refresh tokens or does not. */
async function aDeployment(refreshToken: string | null): Promise<TestDeployment> {
  const here = new TestDeployment(byConsent);
  here.lifetime = { kind: "unlimited", until: null };
  here.consented = silentConsent(refreshToken);
  await here.consent();
  return here;
}

const stateOf = async (here: TestDeployment) => {
  const record = (await here.record()) ?? expect.fail("no record");
  return connectionState(record, byConsent, here.clock.now());
};

describe("a token without a lifetime", () => {
  test.each(["refresh-1", null])("is vended without being asked for again: %s", async (refresh) => {
    const here = await aDeployment(refresh);
    for (const minutes of [0, 1, 2, 60, 24 * 60, 6 * 24 * 60]) {
      here.clock.moveTo(plusMs(at("10:00:01.000"), minutes * 60_000));
      expect(await here.vend()).toMatchObject({ version: 1, usableUntil: null, expiresAt: null });
    }
    expect(here.asked).toHaveLength(1);
    expect(await stateOf(here)).toBe("usable");
  });

  test("is renewed by the schedule once a week, so that its refresh token does not lapse", async () => {
    const here = await aDeployment("refresh-1");
    here.clock.moveTo(plusMs(at("10:00:00.000"), 7 * dayMs));
    expect(await here.tick({ forMs: 50_000 })).toMatchObject({ renewed: 1 });
    expect(await here.vend()).toMatchObject({ version: 2, usableUntil: null });
  });

  test("is replaced when a caller rejects it", async () => {
    const here = await aDeployment("refresh-1");
    expect(await here.vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
  });

  test("needs a person once it is rejected without a refresh token", async () => {
    const here = await aDeployment(null);
    const refusal = await here.refusalOf({ rejectedVersion: 1 });
    expect(refusal).toMatchObject({ code: "consent-required" });
    expect(here.asked).toHaveLength(1);
    // For this caller: without the provider's word, one voice takes it from no other.
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await stateOf(here)).toBe("usable");
  });

  test("needs a person once a caller rejects it and the provider its refresh token", async () => {
    const here = await aDeployment("refresh-1");
    here.answer = () => invalidGrant;
    const refusal = await here.refusalOf({ rejectedVersion: 1 });
    expect(refusal).toMatchObject({ code: "consent-required" });
    expect(await stateOf(here)).toBe("consent-required");
  });
});
