import { expect, test } from "vitest";
import type { IdTokenCorruption } from "../../local/simulators/oauth/id-token.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";
import type { RealmName } from "../support/consent-stack.ts";
import { useConsentStack } from "../support/consent-stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import type { Visitor } from "./chromium.ts";
import { describeInBrowser, openVisitor } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import { continueToProvider, decideOnConsent, expectTitle } from "./provider-pages.ts";

const notThisBrowser = "This is not the browser that began";
const mixedUp = "This answer does not belong here";

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

  test("with a stolen link comes too late, once its owner has continued", async () => {
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

  test("who injects their own code into a victim's authorization request is refused", async () => {
    const { vend } = consentStack();
    const attacker = await setOut("centrapay-user/test", "attacker");
    const victim = await setOut("centrapay-user/test", "victim");
    const planted = await callbackOf(victim);
    const { searchParams } = await callbackOf(attacker);
    planted.searchParams.set("code", searchParams.get("code") ?? "");
    await victim.page.goto(planted.href);
    // The code is bound to the attacker's challenge: the provider refuses it.
    await expectTitle(victim.page, "The provider did not accept the consent");
    await checkPage(victim.page, "code-refused");
    expect(versionOrCode(await vend("centrapay-user/test", "victim"))).toBe("consent-required");
  });

  test("who sends a victim the attacker's whole callback is refused before any call", async () => {
    const attacker = await setOut("centrapay-user/test", "callback-attacker");
    const victim = await setOut("centrapay-user/test", "callback-victim");
    const before = redeems();
    await victim.page.goto((await callbackOf(attacker)).href);
    await expectTitle(victim.page, notThisBrowser);
    expect(redeems()).toEqual(before);
  });

  test("who replays a callback finds it used, from any browser", async () => {
    const { vend } = consentStack();
    const visitor = await setOut("centrapay-user/test", "replay");
    await decideOnConsent(visitor.page, defaultUser);
    await expectTitle(visitor.page, "Access is granted");
    const before = redeems();
    const tab = await visitor.newTab();
    await tab.goto(visitor.page.url());
    await expectTitle(tab, "This link has been used already");
    const stranger = await openVisitor();
    await stranger.page.goto(visitor.page.url());
    await expectTitle(stranger.page, notThisBrowser);
    expect(redeems()).toEqual(before);
    expect(versionOrCode(await vend("centrapay-user/test", "replay"))).toBe(1);
  });

  test("who mixes providers up is refused, and the rightful answer still counts", async () => {
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

  test.each<[string, Record<string, string | string[] | null>]>([
    ["a wrong state", { state: "guessed" }],
    ["no state", { state: null }],
    ["the state twice", { state: ["a", "b"] }],
    ["the code twice", { code: ["a", "b"] }],
    ["another issuer", { iss: "https://other.invalid" }],
  ])("who answers with %s is refused before any call", async (what, set) => {
    const { acme, vend } = consentStack();
    const account = what.replaceAll(/[^a-z]+/g, "-");
    const { page } = await setOut("authorization-code/acme", account);
    const before = redeems();
    acme.injectFault({ kind: "rewrite-location", route: "consent", set });
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, mixedUp);
    expect(redeems()).toEqual(before);
    expect(versionOrCode(await vend("authorization-code/acme", account))).toBe("consent-required");
  });

  test.each<[string, Record<string, string | null>]>([
    ["both a code and an error", { error: "server_error" }],
    ["an unknown error", { code: null, error: "made_up" }],
    ["neither code nor error", { code: null }],
    ["a script for an error", { code: null, error: "<script>document.title='pwned'</script>" }],
  ])("who answers with %s gets no token, and runs no script", async (what, set) => {
    const { acme, vend } = consentStack();
    const account = what.replaceAll(/[^a-z]+/g, "-");
    const { page } = await setOut("authorization-code/acme", account);
    const before = redeems();
    const description = { error_description: "<img src=x onerror=document.title='pwned'>" };
    acme.injectFault({
      kind: "rewrite-location",
      route: "consent",
      set: { ...set, ...description },
    });
    await decideOnConsent(page, defaultUser);
    await page.waitForURL(/\/callback\//);
    await checkPage(page, `callback-${account}`);
    expect(await page.title()).not.toContain("pwned");
    expect(await page.locator("img, script").count()).toBe(0);
    expect(redeems()).toEqual(before);
    expect(versionOrCode(await vend("authorization-code/acme", account))).toBe("consent-required");
  });

  test.each<IdTokenCorruption>([
    ...(["bad-signature", "alg-none", "alg-hs256", "unknown-kid", "wrong-issuer"] as const),
    ...(["wrong-audience", "wrong-nonce", "missing-nonce", "expired", "missing"] as const),
  ])("whose ID token is wrong (%s) leaves nothing stored", async (how) => {
    const { centrapay, vend } = consentStack();
    const { page } = await setOut("centrapay-user/test", how);
    centrapay.injectFault({ kind: "corrupt-id-token", how });
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access was not set up");
    expect(versionOrCode(await vend("centrapay-user/test", how))).toBe("consent-required");
  });

  test("who falsifies the discovery document changes nothing: pinned settings win", async () => {
    const { centrapay, vend } = consentStack();
    const elsewhere = "https://attacker.invalid";
    const patch = { issuer: elsewhere, token_endpoint: elsewhere, jwks_uri: elsewhere };
    centrapay.injectFault({ kind: "patch-body", patch, route: "discovery", times: "always" });
    const { page } = await setOut("centrapay-user/test", "discovery");
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    centrapay.clearFaults();
    expect(versionOrCode(await vend("centrapay-user/test", "discovery"))).toBe(1);
  });

  test("whose page frames ours sees nothing of it", async () => {
    const { begin } = consentStack();
    const link = await begin("centrapay-user/test", "framed");
    const { page } = await openVisitor();
    await page.setContent(`<iframe src="${link}" title="bait"></iframe>`);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });
});
