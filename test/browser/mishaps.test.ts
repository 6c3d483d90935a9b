import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { useConsentStack } from "../support/consent-stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { describeInBrowser, openVisitor } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import {
  continueToProvider,
  decideOnConsent,
  expectTitle,
  fillInConsent,
} from "./provider-pages.ts";

const used = "This link no longer works";

async function titleOf(page: Page): Promise<string> {
  return (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
}

describeInBrowser("a person", () => {
  const consentStack = useConsentStack();

  afterAll(() => {
    const { centrapay, connectPay, acme } = consentStack();
    for (const { oracle } of [centrapay, connectPay, acme]) {
      expect(oracle.codesReplayed()).toBe(0);
      expect(oracle.refreshTokensReused()).toBe(0);
      expect(oracle.statesRepeated()).toBe(0);
    }
  });

  test("who goes back from the provider and continues again succeeds", async () => {
    const { begin, vend } = consentStack();
    const { page, visited } = await openVisitor();
    const link = await begin("connectpay/stage", "back");
    await page.goto(link);
    await continueToProvider(page);
    await page.waitForURL(/sign-in/);
    await page.goBack();
    expect(page.url()).toBe(link);
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    // A new authorization request each time, because the browser may have cached the 301.
    const authorized = visited.filter((address) => address.includes("/authorize?"));
    expect(new Set(authorized).size).toBe(2);
    expect(versionOrCode(await vend("connectpay/stage", "back"))).toBe(1);
  });

  test("who goes back after it was granted sees the result again, and nothing is repeated", async () => {
    const { begin, vend, centrapay } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin("centrapay-user/test", "back-after"));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    const redeems = centrapay.oracle.redeems();
    await page.goBack();
    await expectTitle(page, "Already answered");
    await page.goForward();
    await expectTitle(page, "Access is granted");
    await page.reload();
    await expectTitle(page, "Access is granted");
    expect(centrapay.oracle.redeems()).toBe(redeems);
    expect(versionOrCode(await vend("centrapay-user/test", "back-after"))).toBe(1);
  });

  test("who opens the link again after it was used is told so", async () => {
    const { begin } = consentStack();
    const { page } = await openVisitor();
    const link = await begin("authorization-code/acme", "again");
    await page.goto(link);
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    await page.goto(link);
    expect([used, "This link does not work"]).toContain(await titleOf(page));
  });

  test("who clicks twice on each button consents once", async () => {
    const { begin, vend, connectPay } = consentStack();
    const { page } = await openVisitor();
    const redeems = connectPay.oracle.redeems();
    await page.goto(await begin("connectpay/stage", "double"));
    await page.getByRole("button", { name: /^Continue to / }).dblclick();
    await fillInConsent(page, defaultUser);
    await page.getByRole("button", { name: "Allow" }).dblclick();
    // The second click ends the navigation of the first, if that is still under way.
    await expect.poll(() => page.url()).toMatch(/\/result-/);
    await expect
      .poll(async () => titleOf(page).catch(() => ""))
      .toBeOneOf(["Access is granted", used]);
    await expect.poll(async () => versionOrCode(await vend("connectpay/stage", "double"))).toBe(1);
    expect(connectPay.oracle.redeems()).toBe(redeems + 1);
  });

  test("with the link in two tabs finishes in one of them", async () => {
    const { begin, vend } = consentStack();
    const { page, newTab } = await openVisitor();
    const link = await begin("centrapay-user/test", "tabs");
    const tab = await newTab();
    for (const one of [page, tab]) await one.goto(link);
    for (const one of [page, tab]) await continueToProvider(one);
    await decideOnConsent(tab, defaultUser);
    await expectTitle(tab, "Access is granted");
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    expect(versionOrCode(await vend("centrapay-user/test", "tabs"))).toBe(1);
  });

  test("with two links at once finishes both", async () => {
    const { begin, vend } = consentStack();
    const { page, newTab } = await openVisitor();
    const tab = await newTab();
    await page.goto(await begin("centrapay-user/test", "one"));
    await tab.goto(await begin("connectpay/stage", "other"));
    for (const one of [page, tab]) await continueToProvider(one);
    for (const one of [tab, page]) await decideOnConsent(one, defaultUser);
    for (const one of [tab, page]) await expectTitle(one, "Access is granted");
    expect(versionOrCode(await vend("centrapay-user/test", "one"))).toBe(1);
    expect(versionOrCode(await vend("connectpay/stage", "other"))).toBe(1);
  });

  test("who comes too late is told so, before the provider and after it", async () => {
    const { begin, pending, vend } = consentStack();
    const { page, newTab } = await openVisitor();
    const links = await Promise.all(
      ["late", "later"].map((account) => begin("connectpay/stage", account)),
    );
    await page.goto(links[0] ?? "");
    await continueToProvider(page);
    const tab = await newTab();
    await tab.goto(links[1] ?? "");
    await pending.expireAll();
    await continueToProvider(tab);
    await expectTitle(tab, "This link no longer works");
    await checkPage(tab, "link-used");
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "This link has expired");
    await checkPage(page, "link-expired");
    expect(versionOrCode(await vend("connectpay/stage", "late"))).toBe("consent-required");
  });

  test("whose browser stores no cookies is told why the consent cannot continue", async () => {
    const { begin, pending } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin("centrapay-user/test", "no-cookies"));
    await page.context().clearCookies();
    await continueToProvider(page);
    await expectTitle(page, "This is not the browser you started in");
    await checkPage(page, "cookies-needed");
    expect(await pending.count()).toBeGreaterThan(0);
  });

  test("with half a link is told so", async () => {
    const { begin } = consentStack();
    const { page } = await openVisitor();
    await page.goto((await begin("centrapay-user/test", "half")).slice(0, -5));
    await expectTitle(page, "This link does not work");
    await checkPage(page, "link-unknown");
  });

  test("whose provider drops the answer to the redemption is told that the outcome is unknown", async () => {
    const { begin, vend, acme } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin("authorization-code/acme", "dropped"));
    await continueToProvider(page);
    acme.injectFault({ kind: "destroy", when: "after-handling" });
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, `${new URL(acme.authorizeUrl).host} is not answering`);
    await checkPage(page, "provider-away");
    acme.clearFaults();
    expect(versionOrCode(await vend("authorization-code/acme", "dropped"))).toBe(
      "consent-required",
    );
  });

  test("is told that it is our fault when our certificate is not the registered one", async () => {
    const { begin, vend, connectPay } = consentStack();
    const { page } = await openVisitor();
    const other = await connectPay.authority.issueClient("someone-else");
    await page.goto(await begin("connectpay/stage", "certificate"));
    await continueToProvider(page);
    connectPay.registerCertificate(other.chain);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Something is wrong on our side");
    await checkPage(page, "our-fault");
    connectPay.registerCertificate(connectPay.clientCertificate.chain);
    expect(versionOrCode(await vend("connectpay/stage", "certificate"))).not.toBe(1);
  });
});
