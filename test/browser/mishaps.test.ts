import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { mere } from "../../local/simulators/oauth/people.ts";
import { useCeremony } from "../support/consent-ceremony.ts";
import { wordOf } from "../support/stack-answers.ts";
import { aVisitor, describeInBrowser } from "./chromium.ts";
import { inspect } from "./inspect-page.ts";
import { decide, deliberate, goOn, reads } from "./person.ts";

const used = "This link has been used already";

async function titleOf(page: Page): Promise<string> {
  return (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
}

describeInBrowser("a person", () => {
  const ceremony = useCeremony();

  afterAll(() => {
    const { centrapay, connectPay, acme } = ceremony();
    for (const { oracle } of [centrapay, connectPay, acme]) {
      expect(oracle.codesReplayed()).toBe(0);
      expect(oracle.refreshTokensReused()).toBe(0);
      expect(oracle.statesRepeated()).toBe(0);
    }
  });

  test("who goes back from the provider and continues anew gets through", async () => {
    const { begin, vend } = ceremony();
    const { page, visited } = await aVisitor();
    const link = await begin("connectpay/stage", "back");
    await page.goto(link);
    await goOn(page);
    await page.waitForURL(/sign-in/);
    await page.goBack();
    expect(page.url()).toBe(link);
    await goOn(page);
    await decide(page, mere);
    await reads(page, "Access is granted");
    // A journey of its own each time: a 301 that the browser kept could not answer the second.
    const authorized = visited.filter((address) => address.includes("/authorize?"));
    expect(new Set(authorized).size).toBe(2);
    expect(wordOf(await vend("connectpay/stage", "back"))).toBe(1);
  });

  test("who goes back after it was granted reads that it is done, and nothing happens again", async () => {
    const { begin, vend, centrapay } = ceremony();
    const { page } = await aVisitor();
    await page.goto(await begin("centrapay-user/test", "back-after"));
    await goOn(page);
    await decide(page, mere);
    await reads(page, "Access is granted");
    const redeems = centrapay.oracle.redeems();
    await page.goBack();
    await reads(page, "Already answered");
    await page.goForward();
    await reads(page, used);
    await inspect(page, "link-used");
    await page.reload();
    await reads(page, used);
    expect(centrapay.oracle.redeems()).toBe(redeems);
    expect(wordOf(await vend("centrapay-user/test", "back-after"))).toBe(1);
  });

  test("who opens the link again after it was used reads so", async () => {
    const { begin } = ceremony();
    const { page } = await aVisitor();
    const link = await begin("authorization-code/acme", "again");
    await page.goto(link);
    await goOn(page);
    await decide(page, mere);
    await reads(page, "Access is granted");
    await page.goto(link);
    expect([used, "This link does not work"]).toContain(await titleOf(page));
  });

  test("who clicks twice on each button gets through once", async () => {
    const { begin, vend, connectPay } = ceremony();
    const { page } = await aVisitor();
    const redeems = connectPay.oracle.redeems();
    await page.goto(await begin("connectpay/stage", "double"));
    await page.getByRole("button", { name: /^Continue to / }).dblclick();
    await deliberate(page, mere);
    await page.getByRole("button", { name: "Allow" }).dblclick();
    await page.waitForURL(/\/callback\//);
    expect(["Access is granted", used]).toContain(await titleOf(page));
    await expect.poll(async () => wordOf(await vend("connectpay/stage", "double"))).toBe(1);
    expect(connectPay.oracle.redeems()).toBe(redeems + 1);
  });

  test("with the link in two tabs finishes in one of them", async () => {
    const { begin, vend } = ceremony();
    const { page, newTab } = await aVisitor();
    const link = await begin("centrapay-user/test", "tabs");
    const tab = await newTab();
    for (const one of [page, tab]) await one.goto(link);
    for (const one of [page, tab]) await goOn(one);
    await decide(tab, mere);
    await reads(tab, "Access is granted");
    await decide(page, mere);
    await reads(page, used);
    expect(wordOf(await vend("centrapay-user/test", "tabs"))).toBe(1);
  });

  test("with two links at once finishes both", async () => {
    const { begin, vend } = ceremony();
    const { page, newTab } = await aVisitor();
    const tab = await newTab();
    await page.goto(await begin("centrapay-user/test", "one"));
    await tab.goto(await begin("connectpay/stage", "other"));
    for (const one of [page, tab]) await goOn(one);
    for (const one of [tab, page]) await decide(one, mere);
    for (const one of [tab, page]) await reads(one, "Access is granted");
    expect(wordOf(await vend("centrapay-user/test", "one"))).toBe(1);
    expect(wordOf(await vend("connectpay/stage", "other"))).toBe(1);
  });

  test("who comes too late reads so, before the provider and after it", async () => {
    const { begin, pending, vend } = ceremony();
    const { page, newTab } = await aVisitor();
    const links = await Promise.all(
      ["late", "later"].map((account) => begin("connectpay/stage", account)),
    );
    await page.goto(links[0] ?? "");
    await goOn(page);
    const tab = await newTab();
    await tab.goto(links[1] ?? "");
    await pending.expireAll();
    await goOn(tab);
    await reads(tab, "This link has run out");
    await inspect(tab, "link-expired");
    await decide(page, mere);
    await reads(page, "This link has run out");
    expect(wordOf(await vend("connectpay/stage", "late"))).toBe("consent-required");
  });

  test("whose browser keeps no cookies reads why it cannot go on", async () => {
    const { begin, pending } = ceremony();
    const { page } = await aVisitor();
    await page.goto(await begin("centrapay-user/test", "no-cookies"));
    await page.context().clearCookies();
    await goOn(page);
    await reads(page, "This is not the browser that began");
    await inspect(page, "cookies-needed");
    expect(await pending.count()).toBeGreaterThan(0);
  });

  test("with half a link reads so", async () => {
    const { begin } = ceremony();
    const { page } = await aVisitor();
    await page.goto((await begin("centrapay-user/test", "half")).slice(0, -5));
    await reads(page, "This link does not work");
    await inspect(page, "link-unknown");
  });

  test("whose provider drops the answer after it was redeemed reads that it is not known", async () => {
    const { begin, vend, acme } = ceremony();
    const { page } = await aVisitor();
    await page.goto(await begin("authorization-code/acme", "dropped"));
    await goOn(page);
    acme.misbehave({ kind: "destroy", when: "after-handling" });
    await decide(page, mere);
    await reads(page, "The provider does not answer now");
    await inspect(page, "provider-away");
    acme.restore();
    expect(wordOf(await vend("authorization-code/acme", "dropped"))).toBe("consent-required");
  });

  test("reads that it is our fault when our certificate is not the registered one (A21)", async () => {
    const { begin, vend, connectPay } = ceremony();
    const { page } = await aVisitor();
    const other = await connectPay.authority.issueClient("someone-else");
    await page.goto(await begin("connectpay/stage", "certificate"));
    await goOn(page);
    connectPay.registerCertificate(other.chain);
    await decide(page, mere);
    await reads(page, "Something is wrong on our side");
    await inspect(page, "our-fault");
    connectPay.registerCertificate(connectPay.clientCertificate.chain);
    expect(wordOf(await vend("connectpay/stage", "certificate"))).not.toBe(1);
  });
});
