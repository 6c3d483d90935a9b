import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { outcomeOf, outcomePage } from "../../../functions/http/pages/outcome-pages.ts";
import { pageAnswer } from "../../../functions/http/pages/page.ts";
import { consentOutcomes } from "../../../functions/http/pages/texts/page-texts.ts";
import { problemCodes } from "../../../functions/model/errors.ts";
import { aPageView } from "../../support/a-page-view.ts";
import { aContext } from "../../support/a-proxy-event.ts";
import { ConsentProvider } from "../../support/consent-provider.ts";
import { startedConsent, TestConsentSite } from "../../support/consent-site.ts";
import type { PageResponse } from "../../support/test-browser.ts";
import { readPageResponse } from "../../support/test-browser.ts";
import { useTable } from "../../support/use-table.ts";
import { apis, webEvent } from "../../support/web-events.ts";

const table = useTable();
const aSite = (changes = {}) => new TestConsentSite(table(), changes);

/** All pages: the one of a link, the one of success, and those of all other outcomes. */
async function allPages(site = aSite(), language = "en"): Promise<PageResponse[]> {
  const { link, browser, authorizeUrl } = await startedConsent(site);
  const asked = await browser.get(link);
  const partly = site.provider.agree(authorizeUrl, "psd2-ais unheard-of");
  const granted = await browser.returnFromProvider(authorizeUrl, partly);
  const view = aPageView(language);
  const others = consentOutcomes.map((outcome) =>
    readPageResponse(pageAnswer(outcomePage(view, outcome), view, "hash=")),
  );
  return [asked, granted, ...others];
}

/** The text of a page, without markup. */
const textOf = ({ body }: PageResponse) =>
  body
    .replace(/<style>.*<\/style>/s, "")
    .replace(/<\/?(bdi|code|strong|time|span)\b[^>]*>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

describe("every page", () => {
  test("is a complete document that screen readers and phones can read", async () => {
    for (const { body, title } of await allPages()) {
      expect(body).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(body).toContain(
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
      );
      expect(body.match(/<title>.+<\/title>/g)).toEqual([`<title>${title}</title>`]);
      expect(body.match(/<main class="\w+">/g)).toHaveLength(1);
      expect(body.match(/<h1>/g)).toHaveLength(1);
      const names =
        "header|main|footer|p|ul|ol|li|dl|div|dt|dd|h1|h2|a|bdi|code|form|button|span|strong|svg|time";
      const opened = [...body.matchAll(new RegExp(`<(${names})\\b`, "g"))];
      const closed = [...body.matchAll(new RegExp(`</(${names})>`, "g"))];
      expect(opened).toHaveLength(closed.length);
    }
  });

  test("runs nothing and loads nothing", async () => {
    for (const { body } of await allPages()) {
      expect(body).not.toMatch(
        /<(script|link|img|iframe|object|embed|base|use|image|foreignObject)\b|\son\w+=|\bstyle=/,
      );
      expect(body).not.toMatch(/\b(src|href|action)=|@import|url\(/);
    }
  });

  test("says what to do, or that nothing is left to do", async () => {
    const [asked, ...rest] = await allPages();
    expect(asked?.body).toContain("<h2>What happens next</h2>");
    for (const page of rest) {
      expect(textOf(page)).toMatch(/What to do|You may close this page/);
      expect(page.body).not.toContain("{requester}");
    }
  });

  test("is never cached, framed or indexed, sends no referrer, and stays apart from other origins", async () => {
    for (const { headers } of await allPages()) {
      expect(headers).toMatchObject({
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Strict-Transport-Security": "max-age=63072000",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
      });
    }
  });

  test("allows its one style by hash, and a form only where there is one", async () => {
    const site = aSite();
    const { link, browser, authorizeUrl, answer } = await startedConsent(site);
    const asked = await browser.get(link);
    const granted = await browser.returnFromProvider(authorizeUrl, answer);
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(asked.body) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = (formAction: string) =>
      `default-src 'none'; style-src 'sha256-${hash}'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`;
    expect(asked.headers["Content-Security-Policy"]).toBe(policy("'self' https:"));
    expect(granted.headers["Content-Security-Policy"]).toBe(policy("'none'"));
    expect(asked.body.match(/<style\b/g)).toHaveLength(1);
  });

  test("of a link lets its form lead to plain http only where the provider is on this machine", async () => {
    const site = aSite();
    const local = new ConsentProvider(site.clock, "http://127.0.0.1:9999");
    const there = aSite({ provider: local, clock: site.clock });
    const { headers } = await there.browser().get(await there.link());
    expect(headers["Content-Security-Policy"]).toContain("form-action 'self' https: http:;");
  });
});

describe("the page of a link", () => {
  test("says who asks, where, for which account and for what, in everyday words", async () => {
    const site = aSite();
    site.provider.scopes = ["psd2-ais", "openid", "constructor", "x<y"];
    const page = await site.browser().get(await site.link("jo@example.com"));
    const text = textOf(page);
    for (const words of [
      "Acme Bookkeeping asks for access to ConnectPay",
      `Access to ConnectPay (${site.realm.environment})`,
      "Reference at Acme Bookkeeping jo@example.com",
      "see your payment accounts, their balances and their transactions",
      "know who you are there",
      "use what ConnectPay calls constructor",
      "use what ConnectPay calls x&lt;y",
      "at login.provider.example",
      "Time left: 10 minutes.",
      "Continue to ConnectPay",
    ]) {
      expect(text).toContain(words);
    }
    expect(page.body).toContain(
      '<form method="post"><button>Continue to <bdi>ConnectPay</bdi></button></form>',
    );
  });

  test("names a provider that is configured only by its host", async () => {
    const site = aSite();
    site.provider.displayName = null;
    site.provider.scopes = [];
    const page = await site.browser().get(await site.link());
    expect(page.title).toBe("Acme Bookkeeping asks for access to login.provider.example");
    expect(textOf(page)).toContain("tells you which access, before you decide");
  });

  test("counts the time down, and says `minute` at the end", async () => {
    const site = aSite();
    const link = await site.link();
    site.clock.advance(481_000);
    expect(textOf(await site.browser().get(link))).toContain("Time left: 1 minute.");
  });
});

describe("the page of success", () => {
  async function granted(change: (site: TestConsentSite) => void, scope?: string | null) {
    const site = aSite();
    change(site);
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    return textOf(
      await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl, scope)),
    );
  }

  test("says what was granted, to whom, for whose data and until when", async () => {
    const text = await granted(() => {});
    for (const words of [
      "Acme Bookkeeping can now use ConnectPay in your name.",
      "Reference at Acme Bookkeeping jo",
      "Customer at ConnectPay Mo********co",
      "Until 20 December 2026 at 10:00 (Coordinated Universal Time)",
      "What you allowed",
      "start payments from your payment accounts",
      "You may close this page.",
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain("not allowed");
  });

  test("says so where the provider states neither customer nor end", async () => {
    const text = await granted(({ provider }) => {
      provider.customer = null;
      provider.refreshEndsAt = null;
    });
    expect(text).toContain("Until ConnectPay did not say");
    expect(text).not.toContain("Customer at");
  });

  test("says that access ends with its first token where there is no refresh token", async () => {
    const text = await granted(({ provider }) => {
      provider.hasRefreshTokens = false;
    });
    expect(text).toContain("Until 20 November 2026 at 10:59 (Coordinated Universal Time)");
    expect(text).not.toContain("prolongs");
  });

  test("claims nothing where the provider does not state what it granted", async () => {
    const text = await granted(() => {}, null);
    expect(text).toContain("What you allowed ConnectPay gave no details.");
    expect(text).not.toMatch(/not allowed|payment accounts/);
  });

  test.each([
    ["person-1", "openid", "Access is granted"],
    [null, "openid", "Part of the access is granted"],
    ["person-1", "email", "Part of the access is granted"],
  ])(
    "of %j: whether `%s`, which is not listed, is called withheld: %s",
    async (subject, scope, title) => {
      const text = await granted(({ provider }) => {
        provider.scopes = [scope, "psd2-ais"];
        provider.subject = subject;
      }, "psd2-ais");
      expect(text).toContain(title);
      expect(text.includes("not allowed")).toBe(title !== "Access is granted");
    },
  );

  test("shows access beyond what was requested, each scope once", async () => {
    const text = await granted(() => {}, "psd2-ais psd2-ais psd2-pis email");
    expect(text.split("see your payment accounts")).toHaveLength(2);
    expect(text).toContain("see your e-mail address");
  });
});

describe("an error that the provider sends back", () => {
  test("with an unknown code may be a person's denial: the page is true for both", async () => {
    const site = aSite();
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(await site.link());
    const answer = site.provider.refuse(authorizeUrl, "user_cancelled_login");
    const page = await browser.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ status: 502, title: "Access was not set up" });
    expect(textOf(page)).toContain("Some providers report it this way when you decline.");
    expect(textOf(page)).toContain("If you declined, you may close this page.");
    expect(textOf(page)).not.toMatch(/on its side|could not finish/);
  });
});

test.each(problemCodes)("a failure has a page for people: %s", (code) => {
  expect(consentOutcomes).toContain(outcomeOf(code));
});

describe.each(apis)("through %s", (api) => {
  const ask = async (site: TestConsentSite, method: string, url: string) =>
    readPageResponse(await site.begin(webEvent(api, { method, url }), aContext()));

  test("HEAD is answered like GET, for programs that check links", async () => {
    const site = aSite();
    expect(await ask(site, "HEAD", await site.link())).toMatchObject({ status: 200 });
  });

  test.each(["PUT", "DELETE", "OPTIONS"])("%s does not follow a link", async (method) => {
    const site = aSite();
    const { status, headers } = await ask(site, method, await site.link());
    expect(status).toBe(405);
    expect(headers["Allow"]).toBe("GET, HEAD, POST");
  });

  test.each(["HEAD", "POST"])("%s uses up no consent", async (method) => {
    const site = aSite();
    const { authorizeUrl, browser, answer, rows } = await startedConsent(site);
    const callback = `${new URL(authorizeUrl).searchParams.get("redirect_uri")}?${answer}`;
    const cookies = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`);
    const event = webEvent(api, { method, url: callback, cookies });
    const { status, headers } = readPageResponse(await site.complete(event, aContext()));
    expect(status).toBe(405);
    expect(headers["Allow"]).toBe("GET");
    expect(await site.rows()).toEqual(rows);
  });

  test("a stage before the path, or a slash after it, makes no difference", async () => {
    const site = aSite();
    const { pathname } = new URL(await site.link());
    for (const path of [`/prod${pathname}`, `${pathname}/`]) {
      expect(await ask(site, "GET", `https://vend.example${path}`)).toMatchObject({ status: 200 });
    }
  });

  test("a redirect to the provider is not cached, and sends no referrer", async () => {
    const site = aSite();
    const browser = site.browser(api);
    const link = await site.link();
    await browser.get(link);
    const { status, headers, body } = await browser.post(link);
    expect({ status, body }).toEqual({ status: 303, body: "" });
    expect(headers).toMatchObject({
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
    });
  });
});
