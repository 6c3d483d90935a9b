import { expect, test } from "vitest";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";
import type { RealmName } from "../support/consent-stack.ts";
import { useConsentStack } from "../support/consent-stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import type { Visitor } from "./chromium.ts";
import { describeInBrowser, openVisitor } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import { continueToProvider, decideOnConsent, expectTitle } from "./provider-pages.ts";

const notThisBrowser = "This is not the browser you started in";
const mixedUp = "This answer does not match your request";

describeInBrowser("an attacker", () => {
  const consentStack = useConsentStack();

  async function setOut(realm: RealmName, account: string): Promise<Visitor> {
    const visitor = await openVisitor();
    await visitor.page.goto(await consentStack().begin(realm, account));
    await continueToProvider(visitor.page);
    await visitor.page.waitForURL(/sign-in/);
    return visitor;
  }

  /** The address that the provider would send this visitor back to, kept from the visitor's browser. */
  async function callbackOf({ visited }: Visitor): Promise<URL> {
    const authorize = visited.findLast((address) => address.includes("/authorize?"));
    return createUserAgent(defaultUser).consent((authorize ?? "").replace("GET ", ""));
  }

  const redeems = () => {
    const { centrapay, connectPay, acme } = consentStack();
    return [centrapay, connectPay, acme].map(({ oracle }) => oracle.redeems());
  };

  test("with a stolen link is refused once its owner has continued", async () => {
    const { begin } = consentStack();
    const owner = await openVisitor();
    const thief = await openVisitor();
    const link = await begin("centrapay-user/test", "stolen-link");
    await owner.page.goto(link);
    await continueToProvider(owner.page);
    await thief.page.goto(link);
    await expectTitle(thief.page, "This link is in use in another browser");
    await checkPage(thief.page, "other-browser");
    await owner.page.waitForURL(/sign-in/);
    await decideOnConsent(owner.page, defaultUser);
    await expectTitle(owner.page, "Access is granted");
  });

  test("who opened the link's page before its owner continued cannot continue after", async () => {
    const { begin } = consentStack();
    const owner = await openVisitor();
    const thief = await openVisitor();
    const link = await begin("centrapay-user/test", "race");
    for (const { page } of [owner, thief]) await page.goto(link);
    await continueToProvider(owner.page);
    await owner.page.waitForURL(/sign-in/);
    await continueToProvider(thief.page);
    await expectTitle(thief.page, "This link is in use in another browser");
  });

  test("who makes a victim finish the attacker's authorization request gains nothing (session fixation)", async () => {
    const { vend } = consentStack();
    const attacker = await setOut("connectpay/stage", "fixation");
    const victim = await openVisitor();
    const before = redeems();
    await victim.page.goto(attacker.page.url());
    await decideOnConsent(victim.page, defaultUser);
    await expectTitle(victim.page, notThisBrowser);
    expect(redeems()).toEqual(before);
    expect(versionOrCode(await vend("connectpay/stage", "fixation"))).toBe("consent-required");
  });

  test("who sends a victim the attacker's whole callback is refused before any call", async () => {
    const attacker = await setOut("centrapay-user/test", "callback-attacker");
    const victim = await setOut("centrapay-user/test", "callback-victim");
    const before = redeems();
    await victim.page.goto((await callbackOf(attacker)).href);
    await expectTitle(victim.page, notThisBrowser);
    expect(redeems()).toEqual(before);
  });

  test("who replays a callback repeats nothing, from any browser", async () => {
    const { vend } = consentStack();
    const visitor = await setOut("centrapay-user/test", "replay");
    await decideOnConsent(visitor.page, defaultUser);
    await expectTitle(visitor.page, "Access is granted");
    const before = redeems();
    const callback = visitor.visited.findLast((address) => address.includes("/callback/"));
    const tab = await visitor.newTab();
    await tab.goto((callback ?? "").replace("GET ", ""));
    await expectTitle(tab, "Access is granted");
    const stranger = await openVisitor();
    await stranger.page.goto((callback ?? "").replace("GET ", ""));
    await expectTitle(stranger.page, notThisBrowser);
    expect(stranger.page.url()).toMatch(/\/refused-browser$/);
    await stranger.page.goto(visitor.page.url());
    await expectTitle(stranger.page, "There is no result to show");
    await checkPage(stranger.page, "no-result");
    expect(redeems()).toEqual(before);
    expect(versionOrCode(await vend("centrapay-user/test", "replay"))).toBe(1);
  });

  test("who mixes providers up is refused, and the genuine response is still accepted", async () => {
    const { vend } = consentStack();
    const visitor = await setOut("centrapay-user/test", "mix-up");
    const callback = await callbackOf(visitor);
    const before = redeems();
    for (const other of ["authorization-code/acme", "connectpay/stage"]) {
      const elsewhere = callback.href.replace("centrapay-user/test", other);
      await visitor.page.goto(elsewhere);
      await expectTitle(visitor.page, mixedUp);
      await checkPage(visitor.page, "mixed-up");
    }
    expect(redeems()).toEqual(before);
    await visitor.page.goto(callback.href);
    await expectTitle(visitor.page, "Access is granted");
    expect(versionOrCode(await vend("centrapay-user/test", "mix-up"))).toBe(1);
  });

  test("who answers with a script for an error gets no token, and runs no script", async () => {
    const { acme, vend } = consentStack();
    const { page } = await setOut("authorization-code/acme", "script");
    const before = redeems();
    acme.injectFault({
      kind: "rewrite-location",
      route: "consent",
      set: {
        code: null,
        error: "<script>document.title='pwned'</script>",
        error_description: "<img src=x onerror=document.title='pwned'>",
      },
    });
    await decideOnConsent(page, defaultUser);
    await page.waitForURL(/\/result-/);
    await checkPage(page, "callback-script");
    expect(await page.title()).not.toContain("pwned");
    expect(await page.locator("main img, script").count()).toBe(0);
    expect(redeems()).toEqual(before);
    expect(versionOrCode(await vend("authorization-code/acme", "script"))).toBe("consent-required");
  });

  test("cannot show our page in a frame", async () => {
    const { begin } = consentStack();
    const link = await begin("centrapay-user/test", "framed");
    const { page } = await openVisitor();
    await page.setContent(`<iframe src="${link}" title="bait"></iframe>`);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });
});
