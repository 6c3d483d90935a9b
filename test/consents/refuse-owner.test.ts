import { describe, expect, test } from "vitest";
import type { ConsentResult } from "../../functions/model/consent.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

const consented = (changes: Partial<ConsentResult> = {}): ConsentResult => ({
  refreshToken: new Sensitive("refresh-1"),
  refreshEndsAt: null,
  grantedScope: "psd2-ais",
  subject: "person-1",
  customer: "Mo********co",
  ...changes,
});

async function aConsentedDeployment(changes: Partial<ConsentResult> = {}): Promise<TestDeployment> {
  const here = new TestDeployment(byConsent);
  here.consented = consented(changes);
  await here.consent();
  return here;
}

describe("a new consent", () => {
  test.each([
    ["person", { subject: "person-2" }, ["refresh-2"]],
    ["customer", { subject: null, customer: "Pu********gs" }, ["refresh-2"]],
    // The provider may end all that a person has granted.
    ["customer", { customer: "Pu********gs" }, []],
  ])(
    "of another %s is not stored, named in the ledger and revoked",
    async (who, changes, revoked) => {
      const here = await aConsentedDeployment();
      const before = (await here.record()) ?? expect.fail("no record");
      here.consented = consented({ ...changes, refreshToken: new Sensitive("refresh-2") });
      await expect(here.consent("code-2")).rejects.toMatchObject({
        code: "consent-required",
        message: expect.stringContaining(`another ${who} than the stored one`),
      });
      const after = await here.record();
      expect(after).toMatchObject({ version: 1, token: before.token, consent: before.consent });
      expect(after).toMatchObject({ failure: null, lease: null });
      const { outcome, fingerprint, reason } = after?.ledger.at(-1) ?? expect.fail("no entry");
      expect({ outcome, reason }).toEqual({ outcome: "other-owner", reason: "consent" });
      expect(here.logged("consent-not-replaced")).toMatchObject([{ fingerprint, difference: who }]);
      expect(here.revoked).toEqual(revoked);
      expect(await here.vend()).toMatchObject({ version: 1 });
    },
  );

  test("of another person without a refresh token has its access token revoked", async () => {
    const here = await aConsentedDeployment();
    here.consented = consented({ subject: "person-2", refreshToken: null });
    await expect(here.consent("code-2")).rejects.toThrow("another person");
    expect(here.revoked).toEqual([expect.stringContaining("canary-token")]);
  });

  test("that cannot be revoked is not stored either", async () => {
    const here = await aConsentedDeployment();
    here.consented = consented({ subject: "person-2" });
    here.revoke = () => {
      throw new Error("canary of the provider");
    };
    await expect(here.consent("code-2")).rejects.toThrow("another person");
    expect(await here.record()).toMatchObject({ version: 1, lease: null });
    expect(here.log.join("")).not.toContain("canary of the provider");
  });

  test.each<[rule: string, before: Partial<ConsentResult>, now: Partial<ConsentResult>]>([
    ["of the same person and customer", {}, {}],
    ["where it was not known who consented", { subject: null, customer: null }, {}],
    ["where it is not known who consents", {}, { subject: null, customer: null }],
  ])("replaces the stored one %s", async (_, before, now) => {
    const here = await aConsentedDeployment(before);
    here.consented = consented(now);
    expect(await here.consent("code-2")).toMatchObject({ version: 2 });
    expect(here.revoked).toEqual([]);
  });

  test("of another person is stored once the operator has ended the earlier one", async () => {
    const here = await aConsentedDeployment();
    await here.disconnect();
    here.consented = consented({ subject: "person-2" });
    expect(await here.consent("code-2")).toMatchObject({ version: 2 });
  });
});
