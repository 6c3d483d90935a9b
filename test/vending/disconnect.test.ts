import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

/** A provider whose every answer has this refresh token. */
function aDeployment(refreshToken: string | null = "refresh-1"): TestDeployment {
  const here = new TestDeployment(byConsent);
  here.consented = {
    refreshToken: refreshToken === null ? null : new Sensitive(refreshToken),
    refreshEndsAt: null,
    grantedScope: "psd2-ais",
    subject: "person-1",
    customer: "Mo********co",
  };
  return here;
}

async function aConsentedDeployment(refreshToken?: string | null): Promise<TestDeployment> {
  const here = aDeployment(refreshToken);
  await here.consent();
  return here;
}

describe("a disconnect", () => {
  test("revokes at the provider, and deletes token and consent", async () => {
    const here = await aConsentedDeployment();
    expect(await here.disconnect()).toMatchObject({ ended: { revocation: { isRevoked: true } } });
    expect(here.revoked).toEqual(["refresh-1"]);
    expect(await here.record()).toMatchObject({ version: 1, token: null, consent: null });
    expect(await here.refusalOf()).toMatchObject({ code: "consent-required" });
    expect(await here.consent("code-2")).toMatchObject({ version: 2 });
  });

  test.each([
    ["cannot revoke", (): null => null, null],
    ["does not answer", (): boolean => false, false],
    [
      "answers nonsense",
      (): null => {
        throw new Error("canary of the provider");
      },
      false,
    ],
  ] as const)("deletes both even where the provider %s", async (_, revoke, revoked) => {
    const here = await aConsentedDeployment();
    here.revoke = revoke;
    const { ended } = await here.disconnect();
    expect(ended?.revocation?.isRevoked ?? null).toBe(revoked);
    expect(await here.record()).toMatchObject({ token: null, consent: null, lease: null });
    expect(here.log.join("")).not.toContain("canary of the provider");
  });

  test("that loses its lease begins again until nothing is stored", async () => {
    const here = await aConsentedDeployment();
    here.revoke = () => {
      const [pk = "", item] = [...here.table.items][0] ?? [];
      const past = { N: String(Number(here.clock.now()) - 1000) };
      const lapsed = { leaseOwner: { S: "x" }, leaseSince: past, leaseUntil: past };
      if (here.revoked.length === 1) here.table.items.set(pk, { ...item, ...lapsed });
      return true;
    };
    expect(await here.disconnect()).toMatchObject({ ended: { revocation: { isRevoked: true } } });
    expect(here.revoked).toHaveLength(2);
    expect(here.logged("consent-disconnected")).toHaveLength(1);
    expect(await here.record()).toMatchObject({ token: null, consent: null, lease: null });
  });

  test("whose answer was lost says what it has revoked", async () => {
    const here = await aConsentedDeployment();
    here.revoke = () => {
      here.table.items.clear();
      return true;
    };
    expect(await here.disconnect()).toMatchObject({ ended: { revocation: { isRevoked: true } } });
  });

  test("of a connection without a consent does nothing, and says so", async () => {
    const here = aDeployment();
    expect(await here.disconnect()).toEqual({ ended: null });
    expect(await here.record()).toBeNull();
    const ended = await aConsentedDeployment();
    await ended.disconnect();
    const before = await ended.record();
    expect(await ended.disconnect()).toEqual({ ended: null });
    expect(await ended.record()).toEqual(before);
    expect(ended.revoked).toHaveLength(1);
  });

  test("revokes the access token where there is no refresh token", async () => {
    const here = await aConsentedDeployment(null);
    const { token } = await here.vend();
    expect(await here.disconnect()).toMatchObject({ ended: { revocation: { isRevoked: true } } });
    expect(here.revoked).toEqual([token.expose()]);
    expect(here.logged("consent-disconnected")).toMatchObject([
      { revoked: true, answer: "answered (made up)" },
    ]);
  });
});
