import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { consentInBrowser } from "../support/consent-in-browser.ts";
import type { ConsentStack, RealmName } from "../support/consent-stack.ts";
import { useConsentStack } from "../support/consent-stack.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  versionOrCode,
} from "../support/stack-answers.ts";

const acmeRealm = "authorization-code/acme";
const centrapayRealm = "centrapay-user/test";

/** Acts like a browser, cookies included. Returns the status of the last page. */
function consentIn(consentStack: () => ConsentStack) {
  return async (realm: RealmName, account: string): Promise<number> => {
    const link = await consentStack().begin(realm, account);
    return (await consentInBrowser(link, defaultUser)).status;
  };
}

describe("a consent stays valid", () => {
  const consentStack = useConsentStack();
  const consent = consentIn(consentStack);

  test("through refreshes that rotate it: one for eight callers at once", async () => {
    const { vend, acme } = consentStack();
    acme.settings.lifetimeMs = 3000;
    expect(await consent(acmeRealm, "rotates")).toBe(200);
    const before = acme.oracle.refreshes();
    // On a busy machine the eight are answered over some seconds, in which the new token has to live.
    for (const [version, lifetimeMs] of [
      [2, 8000],
      [3, 60_000],
    ] as const) {
      await sleep(acme.settings.lifetimeMs);
      acme.settings.lifetimeMs = lifetimeMs;
      const all = await Promise.all(Array.from({ length: 8 }, () => vend(acmeRealm, "rotates")));
      expect(sameAnswer(all).version).toBe(version);
    }
    expect(acme.oracle.refreshes() - before).toBe(2);
    expect(acme.oracle.refreshTokensReused()).toBe(0);
  });

  test("through refreshes that bring no refresh token", async () => {
    const { vend, centrapay } = consentStack();
    centrapay.settings.lifetimeMs = 3000;
    expect(await consent(centrapayRealm, "keeps")).toBe(200);
    for (const version of [2, 3]) {
      await sleep(3000);
      expect(versionOrCode(await vend(centrapayRealm, "keeps"))).toBe(version);
    }
  });

  test("through a rejection of its token, with one refresh", async () => {
    const { vend, acme } = consentStack();
    acme.settings.lifetimeMs = 60_000;
    await consent(acmeRealm, "rejected");
    const before = acme.oracle.refreshes();
    const all = await Promise.all(Array.from({ length: 6 }, () => vend(acmeRealm, "rejected", 1)));
    expect(sameAnswer(all).version).toBe(2);
    expect(acme.oracle.refreshes() - before).toBe(1);
  });

  test("through a crash of the process that refreshes it, if rotation has a grace period", async () => {
    const { vend, killVending, acme } = consentStack();
    acme.settings.lifetimeMs = 60_000;
    acme.refreshPolicy.graceMs = 60_000;
    await consent(acmeRealm, "killed");
    acme.injectFault({ kind: "delay", ms: 5000, when: "after-handling" });
    const before = acme.oracle.refreshes();
    const struck = expect(vend(acmeRealm, "killed", 1)).rejects.toThrow("failed");
    await expect.poll(() => acme.oracle.refreshes()).toBe(before + 1);
    killVending(acmeRealm);
    await struck;
    await expect.poll(async () => versionOrCode(await vend(acmeRealm, "killed", 1))).toBe(2);
    acme.refreshPolicy.graceMs = 0;
    expect(acme.oracle.refreshTokensReused()).toBe(0);
  });
});

describe("a consent ends", () => {
  const consentStack = useConsentStack();
  const consent = consentIn(consentStack);

  test("when the person withdraws it, until there is a new one", async () => {
    const { vend, acme } = consentStack();
    await consent(acmeRealm, "taken-back");
    acme.endConsents();
    const problem = expectProblem(await vend(acmeRealm, "taken-back", 1));
    expect(problem).toMatchObject({ code: "consent-required", retryable: false });
    const asked = acme.journal.length;
    expect(versionOrCode(await vend(acmeRealm, "taken-back", 1))).toBe("consent-required");
    expect(acme.journal.length).toBe(asked);
    expect(await consent(acmeRealm, "taken-back")).toBe(200);
    expect(expectAnswer(await vend(acmeRealm, "taken-back")).version).toBeGreaterThan(1);
  });

  test("when its refresh token has run out", async () => {
    const { vend, acme } = consentStack();
    await consent(acmeRealm, "run-out");
    acme.refreshPolicy.lifetimeMs = 0;
    expect(versionOrCode(await vend(acmeRealm, "run-out", 1))).toBe("consent-required");
    acme.refreshPolicy.lifetimeMs = 86_400_000;
  });

  test("when a lost answer had its next refresh token, and there is no grace period", async () => {
    const { vend, acme } = consentStack();
    await consent(acmeRealm, "lost");
    acme.injectFault({ kind: "destroy", when: "after-handling" });
    await vend(acmeRealm, "lost", 1);
    await expect
      .poll(async () => versionOrCode(await vend(acmeRealm, "lost", 1)))
      .toBe("consent-required");
    // The one retry is allowed: the request that it repeats was never answered.
    expect(acme.oracle.refreshTokensReused()).toBe(0);
    expect(await consent(acmeRealm, "lost")).toBe(200);
  });

  test("not when a refresh returns another person's token: that answer is refused", async () => {
    const { vend, centrapay } = consentStack();
    await consent(centrapayRealm, "other-name");
    centrapay.injectFault({ kind: "corrupt-id-token", how: "other-subject" });
    expect(versionOrCode(await vend(centrapayRealm, "other-name", 1))).toBe("provider-malformed");
  });

  test("when an operator disconnects it: at the provider, and in the record", async () => {
    const { vend, disconnect, acme } = consentStack();
    await consent(acmeRealm, "disconnected");
    expect(await disconnect(acmeRealm, "disconnected")).toMatchObject({ revoked: true });
    expect(acme.journal.at(-1)).toMatchObject({ kind: "revoke" });
    expect(acme.journal).toContainEqual(
      expect.objectContaining({ kind: "end-consent", reason: "revoked-by-client" }),
    );
    expect(versionOrCode(await vend(acmeRealm, "disconnected", 1))).toBe("consent-required");
  });
});
