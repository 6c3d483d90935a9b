import { expect, test } from "vitest";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { statusWith } from "../local/simulators/conferma-calls.ts";
import type { RealmName } from "../support/consent-stack.ts";
import { realmNames, requesterName, useConsentStack } from "../support/consent-stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { dark, describeInBrowser, openVisitor, phone } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import { continueToProvider, decideOnConsent, expectTitle } from "./provider-pages.ts";

const fileName = (realm: RealmName) => realm.replace("/", "-");

describeInBrowser("a person who allows everything", () => {
  const consentStack = useConsentStack();

  test.each(realmNames)("at %s sees that it is granted, and the token is vended", async (realm) => {
    const { begin, vend } = consentStack();
    expect(versionOrCode(await vend(realm, "all"))).toBe("consent-required");
    const { page } = await openVisitor();
    await page.goto(await begin(realm, "all"));
    await checkPage(page, `${fileName(realm)}-link`);
    expect(await page.getByRole("main").textContent()).toContain(requesterName);
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    await checkPage(page, `${fileName(realm)}-granted`);
    expect(versionOrCode(await vend(realm, "all"))).toBe(1);
  });

  test("gets a token: without a scheme at Centrapay, as Bearer elsewhere", async () => {
    const { vend, centrapay, acme } = consentStack();
    const bare = expectAnswer(await vend("centrapay-user/test", "all")).header;
    expect(bare.value).toMatch(/^eyJ/);
    expect(await statusWith(centrapay.pingUrl, bare.name, bare.value)).toBe(200);
    const bearer = expectAnswer(await vend("authorization-code/acme", "all")).header;
    expect(await statusWith(acme.pingUrl, bearer.name, bearer.value)).toBe(200);
    expect(expectAnswer(await vend("connectpay/stage", "all")).header.value).toMatch(
      /^Bearer [0-9a-f-]{36}$/,
    );
  });

  test.each([
    ["in the dark, on a phone, with large type", { ...phone, ...dark, deviceScaleFactor: 3 }],
    ["without scripts", { javaScriptEnabled: false }],
    ["with forced colours and little motion", { forcedColors: "active", reducedMotion: "reduce" }],
  ] as const)("can do so %s", async (how, options) => {
    const { begin, vend } = consentStack();
    const account = how.replaceAll(/[ ,]+/g, "-");
    const { page } = await openVisitor(options);
    await page.goto(await begin("connectpay/stage", account));
    const isScripted = !("javaScriptEnabled" in options);
    if (isScripted) await checkPage(page, `link-${account}`);
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    if (isScripted) await checkPage(page, `granted-${account}`);
    expect(versionOrCode(await vend("connectpay/stage", account))).toBe(1);
  });

  test("can do so by keyboard alone", async () => {
    const { begin, vend } = consentStack();
    const { page } = await openVisitor();
    const { keyboard } = page;
    await page.goto(await begin("centrapay-user/test", "keyboard"));
    await keyboard.press("Tab");
    await checkPage(page, "link-focused");
    await keyboard.press("Enter");
    await page.waitForURL(/sign-in/);
    for (const words of [defaultUser.login, defaultUser.password]) {
      await keyboard.press("Tab");
      await keyboard.type(words);
    }
    await keyboard.press("Enter");
    await page.waitForURL(/consent/);
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expectTitle(page, "Access is granted");
    expect(versionOrCode(await vend("centrapay-user/test", "keyboard"))).toBe(1);
  });

  test("can do so a second time, which replaces the first, for another customer only if asked to", async () => {
    const { begin, vend } = consentStack();
    const { page } = await openVisitor();
    const [first, second] = defaultUser.customers;
    const replaced = { replace: true };
    for (const [customer, owner, title] of [
      [first, {}, "Access is granted"],
      [first, {}, "Access is granted"],
      [second, {}, "This is not the access that was expected"],
      [second, replaced, "Access is granted"],
    ] as const) {
      await page.goto(await begin("connectpay/stage", "again", owner));
      await continueToProvider(page);
      await decideOnConsent(page, defaultUser, { customer: customer ?? "" });
      await expectTitle(page, title);
      await checkPage(page, `again-${title.replaceAll(" ", "-").toLowerCase()}`);
    }
    expect(await page.getByRole("main").textContent()).toContain("Pu********gs");
    expect(versionOrCode(await vend("connectpay/stage", "again"))).toBe(3);
  });

  test("is redirected by a page as by a 301", async () => {
    const { begin, connectPay, vend } = consentStack();
    connectPay.traits.authorizeAnswer = "page";
    const { page } = await openVisitor();
    await page.goto(await begin("connectpay/stage", "by-page"));
    await continueToProvider(page);
    await page.getByRole("link", { name: "Continue" }).click();
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    connectPay.traits.authorizeAnswer = 301;
    expect(versionOrCode(await vend("connectpay/stage", "by-page"))).toBe(1);
  });
});

describeInBrowser("a person who allows", () => {
  const consentStack = useConsentStack();

  test("a part sees which part, and the token is for that part", async () => {
    const { begin, vend, connectPay } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin("connectpay/stage", "part"));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser, {
      without: [/Prepare payments/],
      customer: "Pukeko Holdings",
    });
    await expectTitle(page, "Part of the access is granted");
    await checkPage(page, "connectpay-stage-part");
    const text = (await page.getByRole("main").textContent()) ?? "";
    const [allowed = "", withheld = ""] = text.split("What was asked for but not allowed");
    expect(allowed).toContain("see your payment accounts");
    expect(allowed).toContain("Pu********gs");
    expect(withheld).toContain("start payments");
    expect(versionOrCode(await vend("connectpay/stage", "part"))).toBe(1);
    expect(connectPay.journal.findLast(({ kind }) => kind === "consent")?.granted).toBe("psd2-ais");
  });

  test("nothing is told so, and nothing is stored", async () => {
    const realm = "connectpay/stage";
    const { begin, vend, pending } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin(realm, "nothing"));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser, { decision: "Deny" });
    await expectTitle(page, "Access is not granted");
    await checkPage(page, `${fileName(realm)}-denied`);
    expect(versionOrCode(await vend(realm, "nothing"))).toBe("consent-required");
    expect(await pending.count()).toBe(0);
  });

  test("no scope at all has denied", async () => {
    const { begin, vend } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin("connectpay/stage", "unticked"));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser, {
      without: [/See your accounts/, /Prepare payments/],
    });
    await expectTitle(page, "Access is not granted");
    expect(versionOrCode(await vend("connectpay/stage", "unticked"))).toBe("consent-required");
  });

  test("can instead copy a code out of online banking", async () => {
    const { connectPay, paste, vend } = consentStack();
    const { page } = await openVisitor();
    await page.goto(connectPay.openApiSettingsUrl);
    await page.getByLabel("Application").selectOption(requesterName);
    await page.getByRole("button", { name: "Make a code" }).click();
    await decideOnConsent(page, defaultUser);
    const code = (await page.locator("code").textContent()) ?? "";
    expect(await paste("connectpay/stage", "pasted", code)).toMatchObject({
      connection: "connectpay/stage/pasted",
      version: 1,
      customer: "Mo********Co",
    });
    expect(versionOrCode(await vend("connectpay/stage", "pasted"))).toBe(1);
  });
});

describeInBrowser("a consent", () => {
  const consentStack = useConsentStack();

  test("leaves no code, token, state or password in a log, a page or an address of ours", async () => {
    const { begin, vend, centrapay, baseUrl, printed } = consentStack();
    const { page, visited } = await openVisitor();
    await page.goto(await begin("centrapay-user/test", "quiet"));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    const { token } = expectAnswer(await vend("centrapay-user/test", "quiet"));
    const ours = visited.filter((address) => address.includes(baseUrl));
    const callback = new URL(ours.at(-2)?.replace("GET ", "") ?? "");
    const { code = "", state = "" } = Object.fromEntries(callback.searchParams);
    expect(code).toMatch(/^simulated-/);
    expect(page.url()).toMatch(/\/consent\/centrapay-user\/test\/result-[\w-]{16}$/);

    const secrets = [token, code, state, defaultUser.password];
    const text = `${await page.content()}\n${printed()}`;
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(ours).toHaveLength(4);
    expect(ours.filter((address) => address.includes(token))).toEqual([]);
    for (const secret of [code, state]) {
      expect(ours.filter((address) => address.includes(secret))).toEqual([`GET ${callback.href}`]);
    }
    expect(centrapay.oracle.codesReplayed()).toBe(0);
  });

  test("keeps one cookie, which no script and no other host can read or set", async () => {
    const { begin } = consentStack();
    const { page } = await openVisitor();
    await page.goto(await begin("centrapay-user/test", "cookie"));
    expect(await page.context().cookies()).toMatchObject([
      {
        name: expect.stringMatching(/^__Host-/),
        ...{ path: "/", domain: "localhost", httpOnly: true, secure: true, sameSite: "Lax" },
      },
    ]);
  });

  test("tells the provider nothing about the link that led to it", async () => {
    const { begin } = consentStack();
    const { page } = await openVisitor();
    const link = await begin("authorization-code/acme", "referrer");
    const referrers: (string | undefined)[] = [];
    page.on("request", async (request) => {
      if (request.isNavigationRequest()) referrers.push((await request.allHeaders())["referer"]);
    });
    await page.goto(link);
    await continueToProvider(page);
    await page.waitForURL(/sign-in/);
    expect(referrers.filter((referrer) => referrer?.includes("/consent/"))).toEqual([]);
  });
});
