import { describe, expect, test } from "vitest";
import { expectNothingStored, startedConsent, TestConsentSite } from "../support/consent-site.ts";
import type { TestBrowser } from "../support/test-browser.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
const aSite = (changes = {}) => new TestConsentSite(table(), changes);

const mixedUp = { status: 400, title: "This answer does not match your request" };

describe("an answer that comes too late", () => {
  test("has an expired state, is refused, and its code is not sent", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer, rows } = await startedConsent(site);
    const kept = new Map(browser.cookies);
    site.clock.advance(600_000);
    // A browser that keeps its cookies for too long.
    for (const [name, { value }] of kept) {
      browser.cookies.set(name, { value, until: new Date("2027-01-01T00:00:00Z") });
    }
    const page = await browser.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ status: 410, title: "This link has expired" });
    await expectNothingStored(site, rows);
  });
});

describe("parameters given twice", () => {
  test.each(["state", "code", "iss", "flowid"])("are refused: %s", async (name) => {
    const site = aSite();
    const { browser, authorizeUrl, answer, rows } = await startedConsent(site);
    if (name === "flowid") answer.append(name, "x");
    answer.append(name, answer.get(name) ?? "");
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject(mixedUp);
    await expectNothingStored(site, rows);
  });

  test("are refused by a REST API too, which shows the last value only", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser("a REST API");
    const authorizeUrl = await browser.goToProvider(link);
    const answer = site.provider.agree(authorizeUrl);
    answer.append("code", "canary-code");
    const rows = await site.rows();
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject(mixedUp);
    await expectNothingStored(site, rows);
  });

  test.each([{ error: "access_denied" }, { code: null }])(
    "or code and error, or neither, are refused: %j",
    async (changes) => {
      const site = aSite();
      const { browser, authorizeUrl, answer, rows } = await startedConsent(site);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) answer.delete(name);
        else answer.set(name, value);
      }
      expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject(mixedUp);
      await expectNothingStored(site, rows);
    },
  );
});

describe("untrusted text", () => {
  const script = `"><script>alert('canary')</script>&amp;`;

  test("in an error's description, or as the error, appears on no page and in no log", async () => {
    const site = aSite();
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.refuse(authorizeUrl, script, script);
    const { body } = await browser.returnFromProvider(authorizeUrl, answer);
    expect(body + site.log.join("")).not.toMatch(/canary|<script/);
    expect(site.events().at(-1)).toMatchObject({ reason: "provider-error", error: "unknown" });
  });

  test("as customer or scope is shown as text", async () => {
    const site = aSite();
    site.provider.customer = script;
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    const { body } = await browser.returnFromProvider(
      authorizeUrl,
      site.provider.agree(authorizeUrl, script),
    );
    expect(body).not.toContain("<script");
    const shown = "&quot;&gt;&lt;script&gt;alert(&#39;canary&#39;)&lt;/script&gt;&amp;amp;";
    expect(body.split(shown).length - 1).toBe(2);
  });

  test("as requester is shown as text, in title, heading and page", async () => {
    const site = aSite({ requester: { name: script } });
    const { body } = await site.browser().get(await site.link());
    expect(body).not.toContain("<script");
    expect(body.split("alert(&#39;canary&#39;)").length).toBeGreaterThan(4);
  });

  test("as account begins no consent", async () => {
    const site = aSite();
    const answer = await site.begin({ account: script }, {} as never);
    expect(answer).toMatchObject({ problem: { code: "unknown-connection" } });
    expect(JSON.stringify(answer)).not.toContain("canary");
  });

  test("in a path or a query appears on no page", async () => {
    const site = aSite();
    const base = `https://vend.example/consent/connectpay/${site.realm.environment}`;
    const evil = encodeURIComponent("<script>canary</script>");
    const addresses = [`${base}/${evil}`, `${await site.link()}?x=${evil}`];
    for (const address of addresses) {
      expect((await site.browser().get(address)).body).not.toContain("canary");
    }
  });
});

describe("open redirects", () => {
  const targets = ["https://evil.example/", "//evil.example", "javascript:alert(1)"];

  async function locations(browser: TestBrowser, link: string, query: string): Promise<string> {
    await browser.get(`${link}?${query}`);
    return (await browser.post(`${link}?${query}`)).headers["Location"] ?? "";
  }

  test.each(targets)("lead nowhere: %s", async (target) => {
    const site = aSite();
    const names = ["redirect_uri", "redirect_url", "next", "url", "return_to", "state", "continue"];
    const query = names.map((name) => `${name}=${encodeURIComponent(target)}`).join("&");
    const location = await locations(site.browser(), await site.link(), query);
    expect(location).toMatch(/^https:\/\/login\.provider\.example\/authorize\?/);
    expect(decodeURIComponent(location)).not.toContain(target);
  });

  test.each(targets)("lead nowhere from a callback: %s", async (target) => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    for (const name of ["redirect_uri", "next", "url"]) answer.set(name, target);
    const { headers, body } = await browser.returnFromProvider(authorizeUrl, answer);
    expect(headers).not.toHaveProperty("Location");
    expect(body).not.toContain(target);
  });

  test("are not possible by a Host header: every address is the configured one", async () => {
    const site = aSite();
    const { authorizeUrl } = await startedConsent(site);
    expect(new URL(authorizeUrl).searchParams.get("redirect_uri")).toMatch(
      /^https:\/\/vend\.example\//,
    );
  });
});

test("no secret of a consent is in a log, in a page, or in a later address", async () => {
  const site = aSite();
  const { link, browser, authorizeUrl, answer } = await startedConsent(site);
  const asked = await browser.get(link);
  const page = await browser.returnFromProvider(authorizeUrl, answer);
  const told = site.log.join("") + page.body + asked.body + JSON.stringify(page.headers);
  const [cookie] = [...browser.cookies.values()];
  const secrets = [
    link.split("/").at(-1),
    cookie?.value,
    answer.get("code"),
    answer.get("state"),
    "canary-token",
    "canary-refresh",
  ];
  for (const secret of secrets) expect(told).not.toContain(secret ?? "?");
  expect(authorizeUrl).not.toContain(link.split("/").at(-1) ?? "?");
});
