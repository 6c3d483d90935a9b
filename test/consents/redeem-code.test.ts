import { describe, expect, test } from "vitest";
import type { NotIssued } from "../../functions/model/provider.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

const failed = (changes: Partial<NotIssued> = {}): NotIssued => ({
  kind: "not-issued",
  code: "provider-unavailable",
  detail: "The provider did not answer within its deadline.",
  mayHaveIssued: true,
  retryAfterMs: null,
  ...changes,
});

describe("a code", () => {
  test("whose client secret has been rotated is exchanged with the new one (P10)", async () => {
    const here = new TestDeployment(byConsent);
    const { answer } = here;
    here.answer = (secret) =>
      secret === "canary-secret" ? failed({ code: "credentials-rejected" }) : answer(secret);
    here.cachedSecret = { text: "canary-secret", version: "s1" };
    here.secrets.set("default", { text: "next secret", version: "s2" });
    expect(await here.consent()).toMatchObject({ version: 1 });
    expect(here.asked).toEqual(["canary-secret", "next secret"]);
  });

  test("whose client secret is rotated again and again is exchanged twice", async () => {
    const here = new TestDeployment(byConsent);
    here.answer = () => {
      here.cachedSecret = { text: "refused", version: `s${here.asked.length}` };
      here.secrets.set("default", { text: "next", version: `s${here.asked.length + 1}` });
      return failed({ code: "credentials-rejected", mayHaveIssued: false });
    };
    await expect(here.consent()).rejects.toMatchObject({ code: "credentials-rejected" });
    expect(here.asked).toHaveLength(2);
  });

  test("that fails for another reason is sent once, even if the secret was rotated", async () => {
    const here = new TestDeployment(byConsent);
    here.answer = () => failed();
    here.cachedSecret = { text: "canary-secret", version: "s1" };
    here.secrets.set("default", { text: "next secret", version: "s2" });
    await expect(here.consent()).rejects.toMatchObject({ code: "provider-unavailable" });
    expect(here.asked).toEqual(["canary-secret"]);
  });

  test("whose client secret cannot be read again fails as the provider refused it", async () => {
    const here = new TestDeployment(byConsent);
    here.answer = () => {
      here.secrets.clear();
      return failed({ code: "credentials-rejected", mayHaveIssued: false });
    };
    await expect(here.consent()).rejects.toMatchObject({ code: "credentials-rejected" });
    expect(here.asked).toHaveLength(1);
  });

  test("whose current client secret is refused is not exchanged again", async () => {
    const here = new TestDeployment(byConsent);
    here.answer = () => failed({ code: "credentials-rejected", mayHaveIssued: false });
    await expect(here.consent()).rejects.toMatchObject({ code: "credentials-rejected" });
    expect(here.asked).toHaveLength(1);
  });
});
