import { describe, expect, test } from "vitest";
import type { ConsentResult, NamedOwner } from "../../functions/model/consent.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { statedConsent } from "../support/a-consent.ts";
import { consentedDeployment } from "../support/consented-deployment.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

const consented = (changes: Partial<ConsentResult> = {}) =>
  statedConsent({ customer: "Mo********co", ...changes });
const aConsentedDeployment = (changes: Partial<ConsentResult> = {}) =>
  consentedDeployment(consented(changes));

describe("a new consent", () => {
  test.each([
    ["person", { subject: "person-2" }, ["refresh-2"]],
    ["person", { subject: null }, []],
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
    expect(here.revokedKinds).toEqual(["access-token"]);
    const told = { revoked: true, answer: "answered (made up)" };
    expect(here.logged("unstored-consent-revoked")).toMatchObject([told]);
  });

  test("of another person is named in the ledger, too, if another process has taken over meanwhile", async () => {
    const here = await aConsentedDeployment();
    const other = consented({ subject: "person-2" });
    here.consented = other;
    here.answer = async () => {
      here.answer = () => here.issued();
      here.clock.advance(10_000);
      here.consented = consented();
      await here.consent("code-3");
      here.consented = other;
      return here.issued();
    };
    await expect(here.consent("code-2")).rejects.toThrow("another person");
    const record = await here.record();
    expect(record?.version).toBe(2);
    const outcomes = record?.ledger.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["issued", "issued", "late"]);
    expect(here.revoked).toEqual(["refresh-1"]);
  });

  test("of a person whose later one was stored meanwhile is refused, and nothing is revoked", async () => {
    const here = await aConsentedDeployment();
    here.consented = consented({ subject: "person-2" });
    here.answer = async () => {
      here.answer = () => here.issued();
      here.clock.advance(10_000);
      await here.consent("code-3", { mayReplace: true });
      return here.issued();
    };
    await expect(here.consent("code-2")).rejects.toThrow("another person");
    expect(await here.record()).toMatchObject({ version: 2 });
    expect(here.revoked).toEqual([]);
  });

  test("of another person is named once if the answer to the write was lost", async () => {
    const here = await aConsentedDeployment();
    here.consented = consented({ subject: "person-2" });
    const { store } = here.dependencies();
    const fail: TokenStore["fail"] = async (...wanted) => {
      await store.fail(...wanted);
      here.clock.advance(10_000);
      throw new VendingError("store-unavailable", "made up", 1);
    };
    const consenting = here.consent("code-2", {}, { store: { ...store, fail } });
    await expect(consenting).rejects.toThrow("made up");
    const record = await here.record();
    expect(record?.ledger.map(({ outcome }) => outcome)).toEqual(["issued", "other-owner"]);
    expect(here.logged("late-issue")).toEqual([]);
    expect(here.logged("consent-not-replaced")).toHaveLength(1);
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
    const told = { revoked: false, answer: "was not asked, because of a failure on our side" };
    expect(here.logged("unstored-consent-revoked")).toMatchObject([told]);
  });

  test.each<[rule: string, before: Partial<ConsentResult>, now: Partial<ConsentResult>]>([
    ["of the same person and customer", {}, {}],
    ["where it was not known who consented", { subject: null, customer: null }, {}],
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

  test.each([{ subject: "person-2" }, { subject: null, customer: "Pu********gs" }])(
    "of somebody else, %o, replaces the stored one if the operator has said so",
    async (changes) => {
      const here = await aConsentedDeployment();
      here.consented = consented(changes);
      expect(await here.consent("code-2", { mayReplace: true })).toMatchObject({ version: 2 });
      expect(here.revoked).toEqual([]);
    },
  );
});

describe("a consent that was asked of somebody by name", () => {
  const jo = { subject: "person-1", verifiedEmail: "Jo@example.org", customer: "Mo********co" };

  test.each([
    { person: "person-1" },
    { person: "jo@Example.org" },
    { customer: "Mo********co" },
    { person: "person-1", customer: "Mo********co" },
  ])("is stored if it is of %o", async (named) => {
    const here = new TestDeployment(byConsent);
    here.consented = consented(jo);
    expect(await here.consent("code-1", named)).toMatchObject({ version: 1 });
  });

  test.each<[member: string, named: NamedOwner, now: Partial<ConsentResult>]>([
    ["person", { person: "person-2" }, jo],
    ["person", { person: "PERSON-1" }, jo],
    // Some providers let people choose their identifier.
    ["person", { person: "kim@example.org" }, { ...jo, subject: "kim@example.org" }],
    ["person", { person: "kim@example.org" }, { ...jo, verifiedEmail: "\u212aim@example.org" }],
    ["person", { person: "jo@example.org" }, { ...jo, verifiedEmail: undefined }],
    ["person", { person: "person-1" }, { ...jo, subject: null, verifiedEmail: undefined }],
    ["customer", { customer: "Pu********gs" }, jo],
    ["customer", { customer: "Mo********co" }, { ...jo, customer: null }],
    ["customer", { person: "person-1", customer: "Pu********gs", mayReplace: true }, jo],
  ])(
    "is not stored, and revoked, if the provider names another %s: %o",
    async (member, named, now) => {
      const here = new TestDeployment(byConsent);
      here.consented = consented(now);
      await expect(here.consent("code-1", named)).rejects.toMatchObject({
        ...{ code: "consent-required", kind: "not-the-named" },
        message: expect.stringMatching(new RegExp(`^${member}: the provider names another one`)),
      });
      expect(await here.record()).toMatchObject({ version: 0, token: null, consent: null });
      expect(here.revoked).toEqual(["refresh-1"]);
      expect(here.log.join("")).not.toContain("example.org");
    },
  );
});
