import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import { silentConsent } from "../support/a-consent.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

const invalidGrant: NotIssued = {
  kind: "not-issued",
  code: "consent-required",
  detail: "The provider refuses it (400, invalid_grant).",
  mayHaveIssued: false,
  retryAfterMs: null,
};
const renewAt = at("10:04:10.000");
const reported = { rejectedVersion: 1 };

/** A person has consented; with `refreshToken`, unless the provider gave none. */
async function aConsentedDeployment(refreshToken: string | null = "refresh-1") {
  const here = new TestDeployment(byConsent);
  here.consented = silentConsent(refreshToken);
  await here.consent();
  return here;
}

describe("a token that a caller rejects and whose consent the provider refuses", () => {
  test("is no longer vended", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => invalidGrant;
    expect(await here.refusalOf(reported)).toMatchObject({ code: "consent-required" });
    expect(await here.refusalOf()).toMatchObject({ code: "consent-required" });
    expect(await here.record()).toMatchObject({ version: 1, token: null, lease: null });
    expect(here.authorities).toEqual(["code-1", "refresh-1"]);
  });

  test("is no longer vended, whichever comes first: the rejection does not call the provider", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => invalidGrant;
    here.clock.moveTo(renewAt);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.vend()).toMatchObject({ version: 1 });

    const refusal = await here.refusalOf(reported);
    expect(refusal.message).toMatch(/invalid_grant.*Begin a consent/);
    expect(await here.refusalOf()).toMatchObject({ code: "consent-required" });
    expect(await here.record()).toMatchObject({ token: null });
    expect(here.authorities).toEqual(["code-1", "refresh-1"]);
  });

  test("is no longer vended, even if the secret cannot be read or was refused", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => invalidGrant;
    here.clock.moveTo(renewAt);
    await here.vend();
    const unavailable = new VendingError("secret-unavailable", "made up", 1);
    const secrets = { read: () => Promise.reject(unavailable) };
    await expect(here.process({ secrets })(reported)).rejects.toMatchObject({
      code: "consent-required",
    });
    expect(await here.record()).toMatchObject({ token: null });
  });

  test("is replaced by a new consent", async () => {
    const here = await aConsentedDeployment();
    const { answer } = here;
    here.answer = () => invalidGrant;
    await here.refusalOf(reported);
    here.answer = answer;
    expect(await here.consent("code-2")).toMatchObject({ version: 2 });
    expect(await here.vend()).toMatchObject({ version: 2 });
  });
});

describe("a token stays in use after", () => {
  test("the provider's refusal of its consent alone: it is vended until it expires", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => invalidGrant;
    here.clock.moveTo(renewAt);
    for (let n = 0; n < 3; n += 1) expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test("a caller's rejection alone, where there never was a refresh token", async () => {
    const here = await aConsentedDeployment(null);
    expect(await here.refusalOf(reported)).toMatchObject({ code: "consent-required" });
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test("a provider's failure", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => ({ ...invalidGrant, code: "provider-unavailable" });
    expect(await here.refusalOf(reported)).toMatchObject({ code: "provider-unavailable" });
    expect(await here.vend()).toMatchObject({ version: 1 });
  });
});
