import { describe, expect, test } from "vitest";
import { VendingError } from "../../../functions/model/errors.ts";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { nodeBrowserSecrets } from "../../../functions/platform/node-browser-secrets.ts";
import { startedConsent, TestConsentSite } from "../../support/consent-site.ts";
import type { PageResponse, TestBrowser } from "../../support/test-browser.ts";
import { callbackUrl } from "../../support/test-browser.ts";
import { useTable } from "../../support/use-table.ts";
import { apis } from "../../support/web-events.ts";

const table = useTable();
const aSite = () => new TestConsentSite(table());

const none = { status: 404, title: "There is no result to show" };
const isResult = (name: string) => name.startsWith("__Host-result-");

/** A person who has come back from the provider, with the answer of the callback. */
async function returned(site: TestConsentSite, how: "agrees" | "declines" = "agrees") {
  const { browser, authorizeUrl, answer, link } = await startedConsent(site);
  const given = how === "agrees" ? answer : site.provider.refuse(authorizeUrl);
  const callback = callbackUrl(authorizeUrl, given);
  const arrival = await browser.ask("GET", callback);
  return { browser, callback, arrival, link, address: arrival.headers["Location"] ?? "" };
}

/** Puts another text into the browser's cookie of the result. */
function rewrite(browser: TestBrowser, change: (value: string) => string): void {
  for (const [name, { value, until }] of browser.cookies) {
    if (isResult(name)) browser.cookies.set(name, { value: change(value), until });
  }
}

describe.each(apis)("through %s, a callback", (api) => {
  test("leads to an address without code and state, which shows the result as often as it is asked for", async () => {
    const site = aSite();
    const browser = site.browser(api);
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.agree(authorizeUrl);
    const arrival = await browser.ask("GET", callbackUrl(authorizeUrl, answer));
    expect(arrival).toMatchObject({ status: 303, body: "" });
    const { realm } = site;
    const address = arrival.headers["Location"] ?? "";
    expect(address).toMatch(
      new RegExp(
        `^https://vend\\.example/consent/connectpay/${realm.environment}/result-[\\w-]{16}$`,
      ),
    );
    for (const secret of ["code", "state"])
      expect(address).not.toContain(answer.get(secret) ?? "?");
    const rows = await site.rows();
    const first = await browser.get(address);
    expect(first).toMatchObject({ status: 200, title: "Access is granted" });
    expect(await browser.get(address)).toEqual(first);
    expect(await site.rows()).toEqual(rows);
    expect(await browser.ask("POST", address)).toMatchObject({ status: 405 });
  });
});

describe("a result", () => {
  test("is kept for ten minutes in a cookie that no script and no other host can read", async () => {
    const site = aSite();
    const { arrival, browser, address } = await returned(site);
    expect(arrival.setCookie).toMatch(
      /^__Host-result-[\w-]{16}=[\w-]+\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    site.clock.advance(599_000);
    expect(await browser.get(address)).toMatchObject({ title: "Access is granted" });
    site.clock.advance(2000);
    expect(await browser.get(address)).toMatchObject({ title: "This link no longer works" });
    site.clock.advance(600_000);
    expect(await browser.get(address)).toMatchObject(none);
  });

  test("is not shown in another browser, which learns nothing", async () => {
    const site = aSite();
    const [granted, declined] = [await returned(site), await returned(site, "declines")];
    const unused = `${granted.address.slice(0, -16)}${"a".repeat(16)}`;
    const stranger = site.browser();
    const pages: PageResponse[] = [];
    for (const address of [granted.address, declined.address, unused]) {
      pages.push(await stranger.get(address));
    }
    expect(pages[0]).toMatchObject(none);
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
  });

  test("is not shown from a stolen cookie without the secret of its browser", async () => {
    const site = aSite();
    const { browser, address } = await returned(site);
    const thief = site.browser();
    for (const [name, cookie] of browser.cookies) {
      if (isResult(name)) thief.cookies.set(name, cookie);
    }
    expect(await thief.get(address)).toMatchObject(none);
  });

  test.each<[string, (value: string) => string]>([
    ["that was changed", (value) => value.replace(/^..../, "AAAA")],
    ["without its signature", (value) => value.replace(/\..*/, "")],
    ["with the signature of another text", (value) => `e30.${value.split(".")[1]}`],
    ["that is empty", () => ""],
  ])("%s is not believed", async (_, change) => {
    const site = aSite();
    const { browser, address } = await returned(site);
    rewrite(browser, change);
    expect(await browser.get(address)).toMatchObject({ title: "This link no longer works" });
  });

  test("of another link, under the name of this one's, is not believed", async () => {
    const site = aSite();
    const [one, other] = [await returned(site), await returned(site, "declines")];
    const value = other.arrival.setCookie?.split(/[=;]/)[1] ?? "";
    rewrite(one.browser, () => value);
    expect(await one.browser.get(one.address)).toMatchObject({
      title: "This link no longer works",
    });
  });

  test.each(["null", "{}", '{"result":{"kind":"pwned"},"endsLink":true}', "\u0000", "{"])(
    "that a browser has signed itself shows nothing unexpected: %j",
    async (json) => {
      const site = aSite();
      const { browser, address } = await returned(site);
      const [name = ""] = [...browser.cookies.keys()].filter((each) => !isResult(each));
      const secret = new Sensitive(browser.cookies.get(name)?.value ?? "");
      const text = Buffer.from(json).toString("base64url");
      const { provider, environment } = site.realm;
      const signed = `result ${provider}/${environment} ${address.slice(-16)} ${text}`;
      const signature = nodeBrowserSecrets.mac(secret, signed).expose();
      rewrite(browser, () => `${text}.${signature}`);
      expect(await browser.get(address)).toMatchObject({ title: "This link no longer works" });
    },
  );

  test("has neither a token nor anything else of the exchange", async () => {
    const site = aSite();
    const { browser, callback, link } = await returned(site);
    const told = [...browser.cookies]
      .filter(([name]) => isResult(name))
      .map(([, { value }]) => Buffer.from(value.split(".")[0] ?? "", "base64url").toString());
    expect(told).toHaveLength(1);
    const { searchParams } = new URL(callback);
    const secrets = [
      "canary",
      searchParams.get("code"),
      searchParams.get("state"),
      link.slice(-43),
    ];
    for (const secret of secrets) expect(told[0]).not.toContain(secret ?? "?");
  });

  test("of very many scopes fits into a cookie, and its page says that it is not complete", async () => {
    const site = aSite();
    const { browser, authorizeUrl } = await startedConsent(site);
    const scopes = Array.from({ length: 200 }, (_, i) => `scope-of-some-length-${i}`);
    const answer = site.provider.agree(authorizeUrl, scopes.join(" "));
    const arrival = await browser.ask("GET", callbackUrl(authorizeUrl, answer));
    expect(arrival.setCookie?.length).toBeLessThan(4096);
    const page = await browser.get(arrival.headers["Location"] ?? "");
    expect(page.body).toContain("scope-of-some-length-9");
    expect(page.body).toContain("This list is not complete");
  });
});

describe("what ended a link", () => {
  test("stays its result, also when a failure of ours follows", async () => {
    const site = aSite();
    const { browser, callback } = await returned(site, "declines");
    site.deps.pendingConsents.read = async () => {
      throw new VendingError("store-unavailable", "Made up.", 1);
    };
    expect(await browser.get(callback)).toMatchObject({ title: "Access is not granted" });
  });

  test("is not replaced by a second callback that was sent before the first one's answer arrived", async () => {
    const site = aSite();
    const { browser, callback, address } = await returned(site);
    const kept = new Map(browser.cookies);
    browser.forget(/^__Host-result-/);
    const second = await browser.ask("GET", callback);
    expect(second).toMatchObject({ status: 303, headers: { Location: address }, setCookie: null });
    for (const [name, cookie] of kept) browser.cookies.set(name, cookie);
    expect(await browser.get(address)).toMatchObject({ title: "Access is granted" });
  });

  test("replaces the result of a try that failed before", async () => {
    const site = aSite();
    const { read } = site.deps.pendingConsents;
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    site.deps.pendingConsents.read = async () => {
      throw new VendingError("store-unavailable", "Made up.", 1);
    };
    const failed = await browser.returnFromProvider(authorizeUrl, answer);
    expect(failed).toMatchObject({ status: 503, title: "This is not possible right now" });
    site.deps.pendingConsents.read = read;
    const granted = await browser.returnFromProvider(authorizeUrl, answer);
    expect(granted).toMatchObject({ status: 200, title: "Access is granted" });
  });
});

test.each([
  ["without a cookie", "refused-browser", "This is not the browser you started in"],
  ["with a made-up state", "refused-answer", "This answer does not match your request"],
])("a callback %s leads to %s, which stores nothing", async (how, segment, title) => {
  const site = aSite();
  const { authorizeUrl, answer, rows } = await startedConsent(site);
  if (how === "with a made-up state") answer.set("state", "made-up");
  const stranger = site.browser();
  const arrival = await stranger.ask("GET", callbackUrl(authorizeUrl, answer));
  expect(arrival).toMatchObject({ status: 303, setCookie: null });
  expect(arrival.headers["Location"]?.split("/").at(-1)).toBe(segment);
  expect(await stranger.get(arrival.headers["Location"] ?? "")).toMatchObject({
    status: 400,
    title,
  });
  expect(await site.rows()).toEqual(rows);
});
