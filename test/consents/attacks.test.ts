import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { RealmId } from "../../functions/model/connection.ts";
import { ConsentProvider } from "../support/consent-provider.ts";
import { expectNothingStored, startedConsent, TestConsentSite } from "../support/consent-site.ts";
import { callbackUrl } from "../support/test-browser.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
const aSite = (changes = {}) => new TestConsentSite(table(), changes);

const mixedUp = { status: 400, title: "This answer does not match your request" };
const notTheBrowser = { status: 400, title: "This is not the browser you started in" };
const otherBrowser = { status: 403, title: "This link is in use in another browser" };

describe("a stolen link", () => {
  test("does not work once its person has continued", async () => {
    const site = aSite();
    const { link, rows, browser, authorizeUrl, answer } = await startedConsent(site);
    const thief = site.browser();
    expect(await thief.get(link)).toMatchObject({ ...otherBrowser, setCookie: null });
    expect(await thief.post(link)).toMatchObject(notTheBrowser);
    await expectNothingStored(site, rows);
    const page = await browser.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ title: "Access is granted" });
  });

  test("does not work for a thief who opened it first but continues second", async () => {
    const site = aSite();
    const link = await site.link();
    const thief = site.browser();
    await thief.get(link);
    const browser = site.browser();
    await browser.goToProvider(link);
    const rows = await site.rows();
    expect(await thief.post(link)).toMatchObject(otherBrowser);
    await expectNothingStored(site, rows);
  });

  test("works for one browser of several that continue at the same moment", async () => {
    const site = aSite();
    const link = await site.link();
    const browsers = [site.browser(), site.browser(), site.browser()];
    for (const browser of browsers) await browser.get(link);
    const { pendingConsents } = site.deps;
    const { read } = pendingConsents;
    const { promise: allHaveRead, resolve } = Promise.withResolvers<void>();
    let readers = 0;
    pendingConsents.read = async (...asked) => {
      const unbound = await read(...asked);
      readers += 1;
      if (readers === browsers.length) resolve();
      await allHaveRead;
      return unbound;
    };
    const pages = await Promise.all(browsers.map((browser) => browser.post(link)));
    expect(pages.map(({ status }) => status).sort()).toEqual([303, 403, 403]);
  });

  test("that a thief uses first tells its owner that another browser uses it", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    await site.browser().goToProvider(link);
    expect(await browser.post(link)).toMatchObject(otherBrowser);
    expect(site.events().at(-1)).toMatchObject({ reason: "other-browser" });
  });

  test("cannot be derived from the table", async () => {
    const site = aSite();
    const { link, browser, authorizeUrl } = await startedConsent(site);
    const [, secret = ""] = /\/([\w-]{43})$/.exec(link) ?? [];
    const [cookie] = [...browser.cookies.values()];
    const state = new URL(authorizeUrl).searchParams.get("state") ?? "";
    const mac = state.split(".").at(-1) ?? "";
    const rows = (await site.rows()).join("");
    expect(secret).toHaveLength(43);
    for (const canary of [secret, cookie?.value ?? "?", mac]) expect(rows).not.toContain(canary);
  });
});

describe("a stolen state", () => {
  test("is refused in a browser without the cookie", async () => {
    const site = aSite();
    const { authorizeUrl, answer, rows } = await startedConsent(site);
    const page = await site.browser().returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject(notTheBrowser);
    await expectNothingStored(site, rows);
  });

  test("is refused in a browser with its own cookie for the same link", async () => {
    const site = aSite();
    const link = await site.link();
    const thief = site.browser();
    await thief.get(link);
    const authorizeUrl = await site.browser().goToProvider(link);
    const rows = await site.rows();
    const page = await thief.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(page).toMatchObject(mixedUp);
    await expectNothingStored(site, rows);
  });

  test("cannot be forged by a browser that has not continued", async () => {
    const site = aSite();
    const link = await site.link();
    const impatient = site.browser();
    await impatient.get(link);
    const rows = await site.rows();
    // The browser has its own secret, and the derivation is public.
    const twin = aSite({ realm: site.realm });
    twin.deps.pendingConsents.bind = async (id, browser, now) => ({
      done: true,
      pending: { id, account: "jo", expiresAt: now, browser, proof: null },
    });
    const forger = twin.browser();
    for (const [name, cookie] of impatient.cookies) forger.cookies.set(name, cookie);
    const { headers } = await forger.post(link);
    const authorizeUrl = headers["Location"] ?? "";
    const page = await impatient.returnFromProvider(
      authorizeUrl,
      site.provider.agree(authorizeUrl),
    );
    expect(page).toMatchObject(mixedUp);
    await expectNothingStored(site, rows);
  });

  test.each([
    ["is missing", () => null],
    ["is empty", () => ""],
    ["is not ours", () => "xyz"],
    ["lacks its proof", (state: string) => state.slice(0, -44)],
    ["has another proof", (state: string) => state.slice(0, -43) + "A".repeat(43)],
    ["has a longer proof", (state: string) => `${state}A`],
    ["has another salt", (state: string) => state.replace(/\.[\w-]{22}\./, `.${"A".repeat(22)}.`)],
    ["names another link", (state: string) => state.replace(/^[\w-]{43}/, "A".repeat(43))],
    ["has another case", (state: string) => state.toUpperCase()],
    ["has something before it", (state: string) => `x${state}`],
    ["has a line break", (state: string) => `${state}\n`],
  ])("that %s is refused", async (_, forge) => {
    const site = aSite();
    const { browser, authorizeUrl, answer, rows } = await startedConsent(site);
    const state = forge(answer.get("state") ?? "");
    if (state === null) answer.delete("state");
    else answer.set("state", state);
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject({ status: 400 });
    await expectNothingStored(site, rows);
  });
});

describe("code injection", () => {
  test("of another person's code into one's own request fails at PKCE", async () => {
    const site = aSite();
    const victim = await startedConsent(site);
    const attacker = site.browser();
    const authorizeUrl = await attacker.goToProvider(await site.link("attacker"));
    const answer = site.provider.agree(authorizeUrl);
    answer.set("code", victim.answer.get("code") ?? "");
    const page = await attacker.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ title: "ConnectPay did not accept the consent" });
    expect(site.provider.issued).toBe(0);
    expect((await site.record("attacker"))?.token ?? null).toBeNull();
  });

  test("of one's own code into another person's request needs their state and their cookie", async () => {
    const site = aSite();
    const victim = await startedConsent(site);
    const attacker = await startedConsent(site);
    const rows = await site.rows();
    const forged = new URLSearchParams(victim.answer);
    forged.set("code", attacker.answer.get("code") ?? "");
    const page = await attacker.browser.returnFromProvider(attacker.authorizeUrl, forged);
    expect(page).toMatchObject(notTheBrowser);
    await expectNothingStored(site, rows);
  });

  test("with the state of another link of one's own belongs to that link, and fails at PKCE", async () => {
    const site = aSite();
    const browser = site.browser();
    const toJo = await browser.goToProvider(await site.link("jo"));
    const toMo = await browser.goToProvider(await site.link("mo"));
    const answer = site.provider.agree(toJo);
    answer.set("state", site.provider.agree(toMo).get("state") ?? "");
    await browser.returnFromProvider(toJo, answer);
    expect(site.provider.issued).toBe(0);
    expect((await site.record("jo"))?.token ?? null).toBeNull();
    expect((await site.record("mo"))?.token ?? null).toBeNull();
  });
});

describe("a mix-up", () => {
  /** Two realms behind one host, as seen by one browser. */
  function twoRealms(a: RealmId, b: RealmId) {
    const at = aSite({ realm: a });
    const provider = new ConsentProvider(at.clock, "https://other.provider.example");
    return { at, other: aSite({ realm: b, provider, clock: at.clock }) };
  }

  const environment = () => randomBytes(8).toString("hex");

  test("of two providers: A's answer, sent to B, is refused by B", async () => {
    const [one, two] = [environment(), environment()];
    const { at, other } = twoRealms(
      { provider: "connectpay", environment: one },
      { provider: "centrapay-user", environment: two },
    );
    const { browser, authorizeUrl, answer, rows } = await startedConsent(at);
    const elsewhere = other.browser();
    for (const [name, cookie] of browser.cookies) elsewhere.cookies.set(name, cookie);
    const page = await elsewhere.get(
      `https://vend.example/callback/centrapay-user/${two}?${answer}`,
    );
    expect(page).toMatchObject(mixedUp);
    await expectNothingStored(other, []);
    await expectNothingStored(at, rows);
    const granted = await browser.returnFromProvider(authorizeUrl, answer);
    expect(granted).toMatchObject({ title: "Access is granted" });
  });

  test("of two environments is refused too", async () => {
    const [one, two] = [environment(), environment()];
    const { at, other } = twoRealms(
      { provider: "connectpay", environment: one },
      { provider: "connectpay", environment: two },
    );
    const { browser, answer, rows } = await startedConsent(at);
    const elsewhere = other.browser();
    for (const [name, cookie] of browser.cookies) elsewhere.cookies.set(name, cookie);
    const page = await elsewhere.get(`https://vend.example/callback/connectpay/${two}?${answer}`);
    expect(page).toMatchObject(mixedUp);
    await expectNothingStored(other, []);
    await expectNothingStored(at, rows);
  });

  test("by a path that names another realm is refused unread", async () => {
    const site = aSite();
    const { browser, answer, rows } = await startedConsent(site);
    const page = await browser.get(`https://vend.example/callback/connectpay/elsewhere?${answer}`);
    expect(page).toMatchObject(mixedUp);
    await expectNothingStored(site, rows);
  });

  test.each(["https://evil.example", "", "https://login.provider.example/"])(
    "by an answer of issuer %j is refused",
    async (iss) => {
      const site = aSite();
      const { browser, authorizeUrl, answer, rows } = await startedConsent(site);
      answer.set("iss", iss);
      expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject(mixedUp);
      await expectNothingStored(site, rows);
    },
  );

  test("is prevented by a separate redirect address for each realm", async () => {
    const site = aSite();
    const { authorizeUrl } = await startedConsent(site);
    const address = new URL(authorizeUrl).searchParams.get("redirect_uri");
    expect(address).toBe(`https://vend.example/callback/connectpay/${site.realm.environment}`);
  });
});

describe("a replay", () => {
  test("of an answer is refused, and shows the result that there was", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    const granted = await browser.returnFromProvider(authorizeUrl, answer);
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toEqual(granted);
    browser.forget(/^__Host-result/);
    const again = await browser.returnFromProvider(authorizeUrl, answer);
    expect(again).toMatchObject({ status: 410, title: "This link no longer works" });
    expect(again.body).toContain("If you saw that access is granted, you are done");
    expect(site.provider.asked).toHaveLength(1);
  });

  test("of an answer at the same instant sends the code once", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    const callback = callbackUrl(authorizeUrl, answer);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => browser.ask("GET", callback)),
    );
    const [address, ...others] = new Set(answers.map(({ headers }) => headers["Location"]));
    expect(others).toEqual([]);
    expect(answers.filter(({ setCookie }) => setCookie !== null)).toHaveLength(1);
    expect(await browser.get(address ?? "")).toMatchObject({ title: "Access is granted" });
    expect(site.provider.asked).toHaveLength(1);
  });

  test("of a denial as a consent is refused: its state was used up", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    const denied = await browser.returnFromProvider(
      authorizeUrl,
      site.provider.refuse(authorizeUrl),
    );
    expect(denied).toMatchObject({ title: "Access is not granted" });
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toEqual(denied);
    expect(site.provider.asked).toEqual([]);
  });
});

describe("fixation", () => {
  test("by the answer to an attacker's request is refused in the victim's browser", async () => {
    const site = aSite();
    const attacker = await startedConsent(site);
    const page = await site.browser().returnFromProvider(attacker.authorizeUrl, attacker.answer);
    expect(page).toMatchObject(notTheBrowser);
    await expectNothingStored(site, attacker.rows);
  });

  test("by the answer to an attacker's request is refused while the victim has a request of their own", async () => {
    const site = aSite();
    const attacker = await startedConsent(site);
    const victim = await startedConsent(site);
    const rows = await site.rows();
    const page = await victim.browser.returnFromProvider(attacker.authorizeUrl, attacker.answer);
    expect(page).toMatchObject(notTheBrowser);
    await expectNothingStored(site, rows);
  });

  test("by a link with which the attacker has continued is refused in the victim's browser", async () => {
    const site = aSite();
    const { link, rows } = await startedConsent(site);
    const victim = site.browser();
    expect(await victim.get(link)).toMatchObject(otherBrowser);
    expect(await victim.post(link)).toMatchObject(notTheBrowser);
    await expectNothingStored(site, rows);
  });

  test("by a cookie from a sibling host is impossible because of its name", async () => {
    const site = aSite();
    const { setCookie } = await site.browser().get(await site.link());
    expect(setCookie).toMatch(
      /^__Host-consent-[\w-]{16}=[\w-]{86}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=1200$/,
    );
  });

  test("by a second cookie of the same name makes both count as missing", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    const [[name, { value, until }] = ["", { value: "", until: new Date() }]] = browser.cookies;
    browser.cookies.set(` ${name}`, { value: "A".repeat(86), until });
    const rows = await site.rows();
    expect(await browser.post(link)).toMatchObject(notTheBrowser);
    await expectNothingStored(site, rows);
    browser.cookies.delete(` ${name}`);
    browser.cookies.set(name, { value: `${value}; ${name}=${value}`, until });
    expect(await browser.post(link)).toMatchObject({ status: 303 });
  });

  test.each(["", "x", "A".repeat(44), `${"A".repeat(42)}%`])(
    "by a cookie with the value %j is no secret at all",
    async (value) => {
      const site = aSite();
      const link = await site.link();
      const browser = site.browser();
      await browser.get(link);
      for (const [name, { until }] of browser.cookies) browser.cookies.set(name, { value, until });
      expect(await browser.post(link)).toMatchObject(notTheBrowser);
    },
  );
});
