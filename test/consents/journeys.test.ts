import { describe, expect, test } from "vitest";
import { refusedBy } from "../support/consent-provider.ts";
import { TestConsentSite } from "../support/consent-site.ts";
import { useTable } from "../support/use-table.ts";
import { apis } from "../support/web-events.ts";

const noLonger = "This link no longer works";
const table = useTable();
/** Names the account and the link's hash; the status does not show it once the link is used. */
const whoWasAsked = expect.stringContaining("/~asked/jo");
const aSite = () => new TestConsentSite(table());

describe.each(apis)("through %s, a person", (api) => {
  test("opens the link, continues, agrees, comes back, and the first token is stored", async () => {
    const site = aSite();
    const browser = site.browser(api);
    const link = await site.link();
    const asked = await browser.get(link);
    expect(asked).toMatchObject({
      status: 200,
      title: "Acme Bookkeeping asks for access to ConnectPay",
    });
    const { status, headers, setCookie } = await browser.post(link);
    expect(status).toBe(303);
    // The same secret, for the row's ten minutes and another ten.
    expect(setCookie).toBe(asked.setCookie);
    expect(setCookie).toMatch(/^__Host-consent-.*; Max-Age=1200$/);
    const authorizeUrl = headers["Location"] ?? "";
    expect(new URL(authorizeUrl).origin).toBe("https://login.provider.example");
    const granted = await browser.returnFromProvider(
      authorizeUrl,
      site.provider.agree(authorizeUrl),
    );
    expect(granted).toMatchObject({ status: 200, title: "Access is granted" });
    expect(await site.record()).toMatchObject({
      version: 1,
      consent: { grantedScope: "psd2-ais psd2-pis", customer: "Mo********co" },
    });
    expect(await site.pendingRows()).toEqual([]);
    const told = site.events().filter(({ event }) => String(event).startsWith("consent-"));
    const pending = told[0]?.["pending"];
    const connection = `connectpay/${site.realm.environment}/jo`;
    expect(told).toMatchObject([
      { event: "consent-begun", connection, pending: expect.stringMatching(/^[\w-]{8}$/) },
      { event: "consent-continued", connection, pending },
      { event: "consent-granted", connection, pending, version: 1, begunBy: expect.any(String) },
    ]);
  });

  test("allows a part only, and sees which", async () => {
    const site = aSite();
    const browser = site.browser(api);
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.agree(authorizeUrl, "psd2-ais");
    const { title, body } = await browser.returnFromProvider(authorizeUrl, answer);
    expect(title).toBe("Part of the access is granted");
    const [allowed = "", withheld = ""] = body.split("What was asked for but not allowed");
    expect(allowed).toContain("see your payment accounts");
    expect(allowed).not.toContain("start payments");
    expect(withheld).toContain("start payments");
    expect((await site.record())?.consent?.grantedScope).toBe("psd2-ais");
  });

  test("is granted nothing that was requested, and sees so", async () => {
    const site = aSite();
    const browser = site.browser(api);
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.agree(authorizeUrl, "");
    const { title, body } = await browser.returnFromProvider(authorizeUrl, answer);
    expect(title).toBe("Part of the access is granted");
    const [allowed = "", withheld = ""] = body.split("What was asked for but not allowed");
    expect(allowed).toContain("Nothing, according to <bdi>ConnectPay</bdi>.");
    expect(withheld).toContain("see your payment accounts");
    expect((await site.record())?.consent?.grantedScope).toBe("");
  });

  test("declines, and nothing is stored", async () => {
    const site = aSite();
    const browser = site.browser(api);
    const authorizeUrl = await browser.goToProvider(await site.link());
    const page = await browser.returnFromProvider(authorizeUrl, site.provider.refuse(authorizeUrl));
    expect(page).toMatchObject({ status: 200, title: "Access is not granted" });
    expect(await site.rows()).toEqual([whoWasAsked]);
    expect(site.events().at(-1)).toMatchObject({ event: "consent-denied" });
  });
});

describe("a link", () => {
  test("works however often programs open it before a person does", async () => {
    const site = aSite();
    const link = await site.link();
    const before = await site.pendingRows();
    for (const scanner of [site.browser(), site.browser()]) {
      expect(await scanner.get(link)).toMatchObject({ status: 200 });
    }
    expect(await site.pendingRows()).toEqual(before);
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(link);
    await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(await site.record()).toMatchObject({ version: 1 });
  });

  test("says so when it was used", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(link);
    await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    const used = { status: 410, title: "This link no longer works" };
    expect(await browser.get(link)).toMatchObject(used);
    expect(await browser.post(link)).toMatchObject(used);
    expect(await site.browser().get(link)).toMatchObject({ status: 404 });
  });

  test("does not work when it has expired, even if it was opened in time", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    site.clock.advance(600_000);
    expect(await browser.post(link)).toMatchObject({ status: 410, title: noLonger });
    expect(await site.browser().get(link)).toMatchObject({ status: 404 });
    expect(site.provider.asked).toEqual([]);
  });

  test("that is continued sets the browser's cookie again, for the remaining time", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    const [, own] = (await browser.get(link)).setCookie?.split(/[=;]/) ?? [];
    const given = async () => {
      const { setCookie } = await browser.post(link);
      const [, value, maxAge] = /=(.*?);.*Max-Age=(.*)/.exec(setCookie ?? "") ?? [];
      return { isOwn: value === own, maxAge };
    };
    site.clock.advance(599_000);
    expect(await given()).toEqual({ isOwn: true, maxAge: "1200" });
    site.clock.advance(60_000);
    expect(await given()).toEqual({ isOwn: true, maxAge: "1140" });
  });

  test("gives no cookie to a browser that continues without one", async () => {
    const site = aSite();
    const { status, setCookie } = await site.browser().post(await site.link());
    expect({ status, setCookie }).toEqual({ status: 400, setCookie: null });
  });

  test("that was continued in its last second still says so when it has expired", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    site.clock.advance(599_000);
    const authorizeUrl = await browser.goToProvider(link);
    site.clock.advance(601_000);
    const page = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(page).toMatchObject({ status: 410, title: "This link has expired" });
  });

  test("that was continued in its last second leaves ten minutes at the provider", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    site.clock.advance(599_000);
    const authorizeUrl = await browser.goToProvider(link);
    site.clock.advance(599_000);
    const page = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(page).toMatchObject({ title: "Access is granted" });
  });

  test("of an invalid form is unknown", async () => {
    const site = aSite();
    const base = `https://vend.example/consent/connectpay/${site.realm.environment}`;
    for (const link of [`${base}/x`, `${base}/${"%41".repeat(43)}`, `${base}/${"a".repeat(44)}`]) {
      expect(await site.browser().get(link)).toMatchObject({ status: 404 });
      expect(await site.browser().post(link)).toMatchObject({ status: 404 });
    }
    const unused = `${base}/${"a".repeat(43)}`;
    expect(await site.browser().get(unused)).toMatchObject({ status: 404 });
    // Without a cookie for it, a link is not looked up.
    expect(await site.browser().post(unused)).toMatchObject({ status: 400 });
  });

  test("of another realm is unknown here", async () => {
    const [site, other] = [aSite(), aSite()];
    const link = await other.link();
    const page = await site.browser().get(link);
    expect(page).toMatchObject({ status: 404, title: "This link does not work" });
    expect(site.events().at(-1)).toMatchObject({
      event: "consent-refused",
      reason: "link-unknown",
    });
    expect(site.events().at(-1)).not.toHaveProperty("pending");
  });
});

describe("an impatient person", () => {
  test("clicks twice: each request is valid, and the first to return counts", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    const urls = (await Promise.all([browser.post(link), browser.post(link)])).map(
      ({ headers }) => headers["Location"] ?? "",
    );
    const [first = "", second = ""] = urls;
    for (const name of ["state", "nonce", "code_challenge"]) {
      const [one, other] = urls.map((url) => new URL(url).searchParams.get(name));
      expect(one).not.toBe(other);
    }
    const granted = await browser.returnFromProvider(second, site.provider.agree(second));
    expect(granted).toMatchObject({ title: "Access is granted" });
    const late = await browser.returnFromProvider(first, site.provider.agree(first));
    expect(late).toEqual(granted);
    expect(site.provider.issued).toBe(1);
  });

  test("goes back and continues again", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.goToProvider(link);
    site.clock.advance(60_000);
    expect(await browser.get(link)).toMatchObject({ status: 200 });
    const authorizeUrl = await browser.goToProvider(link);
    const page = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(page).toMatchObject({ title: "Access is granted" });
  });

  test("goes back and continues again, but not indefinitely", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.goToProvider(link);
    site.clock.advance(300_000);
    await browser.goToProvider(link);
    site.clock.advance(300_000);
    expect(await browser.post(link)).toMatchObject({ title: "This link has expired" });
  });

  test("opens it in a second tab, and either tab may finish", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    const secret = [...browser.cookies.values()];
    await browser.get(link);
    expect([...browser.cookies.values()]).toEqual(secret);
    const authorizeUrl = await browser.goToProvider(link);
    const page = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(page).toMatchObject({ title: "Access is granted" });
  });

  test("comes back again, and sees the same result, of which nothing is repeated", async () => {
    const site = aSite();
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.agree(authorizeUrl);
    const granted = await browser.returnFromProvider(authorizeUrl, answer);
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toEqual(granted);
    expect(site.provider.asked).toHaveLength(1);
    expect(site.events().at(-1)).toMatchObject({ reason: "link-used" });
  });

  test("follows two links of two accounts at once", async () => {
    const site = aSite();
    const browser = site.browser();
    const [jo, mo] = [await site.link("jo"), await site.link("mo")];
    const [toJo, toMo] = [await browser.goToProvider(jo), await browser.goToProvider(mo)];
    await browser.returnFromProvider(toMo, site.provider.agree(toMo));
    await browser.returnFromProvider(toJo, site.provider.agree(toJo));
    expect([await site.record("jo"), await site.record("mo")]).toMatchObject([
      { version: 1 },
      { version: 1 },
    ]);
  });
});

describe("a provider that does not finish", () => {
  test("reports its own error, which is not repeated", async () => {
    const site = aSite();
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.refuse(authorizeUrl, "server_error", "canary-description");
    const page = await browser.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ status: 502, title: "Access was not set up" });
    expect(page.body + site.log.join("")).not.toContain("canary");
    expect(site.events().at(-1)).toMatchObject({
      event: "consent-refused",
      reason: "provider-error",
      error: "server_error",
    });
    expect(await site.rows()).toEqual([whoWasAsked]);
  });

  test.each([
    ["consent-required", 502, "ConnectPay did not accept the consent"],
    ["provider-unavailable", 503, "ConnectPay is not answering"],
    ["provider-throttled", 503, "ConnectPay is not answering"],
    ["credentials-rejected", 500, "Something is wrong on our side"],
    ["provider-malformed", 502, "Access was not set up"],
  ] as const)("refuses the code with %s, which is %i for a person", async (code, status, title) => {
    const site = aSite();
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    site.provider.refusal = refusedBy(code);
    const page = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(page).toMatchObject({ status, title });
    expect(site.events().at(-1)).toMatchObject({ event: "consent-refused", reason: code });
    expect(await site.pendingRows()).toEqual([]);
    expect((await site.record())?.token ?? null).toBeNull();
  });

  test("refuses a new code, and the earlier consent stays", async () => {
    const site = aSite();
    const browser = site.browser();
    const first = await browser.goToProvider(await site.link());
    await browser.returnFromProvider(first, site.provider.agree(first));
    const before = await site.record();
    const second = await browser.goToProvider(await site.link());
    site.provider.refusal = refusedBy("consent-required");
    await browser.returnFromProvider(second, site.provider.agree(second));
    const after = await site.record();
    expect(after).toMatchObject({ version: 1, token: before?.token, consent: before?.consent });
  });
});

test("a new consent replaces the earlier one of its connection", async () => {
  const site = aSite();
  const browser = site.browser();
  const first = await browser.goToProvider(await site.link());
  await browser.returnFromProvider(first, site.provider.agree(first, "psd2-ais psd2-pis"));
  const second = await browser.goToProvider(await site.link());
  await browser.returnFromProvider(second, site.provider.agree(second, "psd2-ais"));
  expect(await site.record()).toMatchObject({ version: 2, consent: { grantedScope: "psd2-ais" } });
});

test("a refusal is logged with the connection where the row says it, or else with a part of the link's id", async () => {
  const site = aSite();
  const link = await site.link();
  const browser = site.browser();
  const authorizeUrl = await browser.goToProvider(link);
  const pending = expect.stringMatching(/^[\w-]{8}$/);
  const connection = `connectpay/${site.realm.environment}/jo`;
  const realm = `connectpay/${site.realm.environment}`;
  const refusals = () => site.events().filter(({ event }) => event === "consent-refused");

  await site.browser().get(link);
  site.clock.advance(600_000);
  await browser.post(link);
  const answer = site.provider.agree(authorizeUrl);
  await browser.returnFromProvider(authorizeUrl, answer);
  expect(refusals()).toMatchObject([
    { level: "warn", connection, pending, reason: "other-browser" },
    { connection, pending, reason: "link-expired" },
    { connection, pending, reason: "link-expired" },
  ]);
  expect(refusals().filter((event) => "realm" in event)).toEqual([]);

  const unknown = `https://vend.example/consent/${realm}/${"a".repeat(43)}`;
  await site.browser().get(unknown);
  expect(refusals().at(-1)).toMatchObject({ realm, pending, reason: "link-unknown" });
  await site.browser().get(`https://vend.example/consent/${realm}/x`);
  expect(refusals().at(-1)).toMatchObject({ realm, reason: "link-unknown" });
  expect(refusals().at(-1)).not.toHaveProperty("pending");
});
