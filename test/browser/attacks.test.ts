import { expect, test } from "vitest";
import { mere } from "../../local/simulators/oauth/people.ts";
import { aPerson } from "../local/simulators/oauth/a-person.ts";
import type { RealmName } from "../support/consent-ceremony.ts";
import { useCeremony } from "../support/consent-ceremony.ts";
import { wordOf } from "../support/stack-answers.ts";
import type { Visitor } from "./chromium.ts";
import { aVisitor, describeInBrowser } from "./chromium.ts";
import { inspect } from "./inspect-page.ts";
import { decide, goOn, reads } from "./person.ts";

const notThisBrowser = "This is not the browser that began";
const mixedUp = "This answer does not belong here";

describeInBrowser("an attacker", () => {
  const ceremony = useCeremony();

  async function setOut(realm: RealmName, account: string): Promise<Visitor> {
    const visitor = await aVisitor();
    await visitor.page.goto(await ceremony().begin(realm, account));
    await goOn(visitor.page);
    await visitor.page.waitForURL(/sign-in/);
    return visitor;
  }

  /** The address that the provider would send this visitor back to, kept from the visitor's browser. */
  async function callbackOf({ visited }: Visitor): Promise<URL> {
    const authorize = visited.findLast((address) => address.includes("/authorize?"));
    return aPerson(mere).consent((authorize ?? "").replace("GET ", ""));
  }

  const redeems = () => {
    const { centrapay, connectPay, acme } = ceremony();
    return [centrapay, connectPay, acme].map(({ oracle }) => oracle.redeems());
  };

  test("with a stolen link comes too late, once its owner has continued", async () => {
    const { begin } = ceremony();
    const owner = await aVisitor();
    const thief = await aVisitor();
    const link = await begin("centrapay-user/test", "stolen-link");
    await owner.page.goto(link);
    await goOn(owner.page);
    await thief.page.goto(link);
    await reads(thief.page, "This link is in use in another browser");
    await inspect(thief.page, "other-browser");
    await owner.page.waitForURL(/sign-in/);
    await decide(owner.page, mere);
    await reads(owner.page, "Access is granted");
  });

  test("who opened the link's page before its owner continued cannot continue after", async () => {
    const { begin } = ceremony();
    const owner = await aVisitor();
    const thief = await aVisitor();
    const link = await begin("centrapay-user/test", "race");
    for (const { page } of [owner, thief]) await page.goto(link);
    await goOn(owner.page);
    await owner.page.waitForURL(/sign-in/);
    await goOn(thief.page);
    await reads(thief.page, "This link is in use in another browser");
  });

  test("who has a victim finish the attacker's journey gains nothing (A16, fixation)", async () => {
    const { vend } = ceremony();
    const attacker = await setOut("connectpay/stage", "fixation");
    const victim = await aVisitor();
    const before = redeems();
    await victim.page.goto(attacker.page.url());
    await decide(victim.page, mere);
    await reads(victim.page, notThisBrowser);
    expect(redeems()).toEqual(before);
    expect(wordOf(await vend("connectpay/stage", "fixation"))).toBe("consent-required");
  });

  test("who sends a victim the attacker's whole callback is refused before any call (A16)", async () => {
    const attacker = await setOut("centrapay-user/test", "callback-attacker");
    const victim = await setOut("centrapay-user/test", "callback-victim");
    const before = redeems();
    await victim.page.goto((await callbackOf(attacker)).href);
    await reads(victim.page, notThisBrowser);
    expect(redeems()).toEqual(before);
  });

  test("who replays a callback finds it used, from any browser (A15)", async () => {
    const { vend } = ceremony();
    const visitor = await setOut("centrapay-user/test", "replay");
    await decide(visitor.page, mere);
    await reads(visitor.page, "Access is granted");
    const before = redeems();
    const tab = await visitor.newTab();
    await tab.goto(visitor.page.url());
    await reads(tab, "This link has been used already");
    const stranger = await aVisitor();
    await stranger.page.goto(visitor.page.url());
    await reads(stranger.page, notThisBrowser);
    expect(redeems()).toEqual(before);
    expect(wordOf(await vend("centrapay-user/test", "replay"))).toBe(1);
  });

  test("who mixes providers up is refused, and the rightful answer still counts (A19)", async () => {
    const { vend } = ceremony();
    const visitor = await setOut("centrapay-user/test", "mix-up");
    const callback = await callbackOf(visitor);
    const before = redeems();
    for (const other of ["authorization-code/acme", "connectpay/stage"]) {
      const elsewhere = callback.href.replace("centrapay-user/test", other);
      await visitor.page.goto(elsewhere);
      await reads(visitor.page, mixedUp);
      await inspect(visitor.page, "mixed-up");
    }
    expect(redeems()).toEqual(before);
    await visitor.page.goto(callback.href);
    await reads(visitor.page, "Access is granted");
    expect(wordOf(await vend("centrapay-user/test", "mix-up"))).toBe(1);
  });

  test("who answers with a script for an error gets no token, and runs no script (A17)", async () => {
    const { acme, vend } = ceremony();
    const { page } = await setOut("authorization-code/acme", "script");
    const before = redeems();
    acme.misbehave({
      kind: "rewrite-location",
      route: "consent",
      set: {
        code: null,
        error: "<script>document.title='pwned'</script>",
        error_description: "<img src=x onerror=document.title='pwned'>",
      },
    });
    await decide(page, mere);
    await page.waitForURL(/\/callback\//);
    await inspect(page, "callback-script");
    expect(await page.title()).not.toContain("pwned");
    expect(await page.locator("img, script").count()).toBe(0);
    expect(redeems()).toEqual(before);
    expect(wordOf(await vend("authorization-code/acme", "script"))).toBe("consent-required");
  });

  test("whose page frames ours sees nothing of it", async () => {
    const { begin } = ceremony();
    const link = await begin("centrapay-user/test", "framed");
    const { page } = await aVisitor();
    await page.setContent(`<iframe src="${link}" title="bait"></iframe>`);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });
});
