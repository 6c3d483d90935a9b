import { describe, expect, test } from "vitest";
import { grantedPage } from "../../../functions/http/pages/granted-page.ts";
import { linkPage } from "../../../functions/http/pages/link-page.ts";
import { outcomePage } from "../../../functions/http/pages/outcome-pages.ts";
import type { Page } from "../../../functions/http/pages/page.ts";
import { pageAnswer } from "../../../functions/http/pages/page.ts";
import type { PageView } from "../../../functions/http/pages/page-view.ts";
import type { ShownConsent } from "../../../functions/http/pages/shown-result.ts";
import { consentOutcomes, languages } from "../../../functions/http/pages/texts/page-texts.ts";
import { aPageView } from "../../support/a-page-view.ts";
import { ConsentProvider } from "../../support/consent-provider.ts";
import { FixedClock } from "../../support/fixed-clock.ts";

const now = new Date("2026-11-20T10:00:00.000Z");
const provider = new ConsentProvider(new FixedClock(now));
provider.scopeWords = {
  accounts: { en: "see your accounts", de: "Ihre Konten einsehen" },
  "psd2-pis": "pay",
};

const consent: ShownConsent = {
  ...{ kind: "granted", account: "jo", customer: "Mo********co", endsAt: now.getTime() },
  ...{ isExtended: true, isAbridged: false, granted: ["psd2-ais"], withheld: [] },
};

function askedFor(view: PageView, scopes: readonly string[], account = "jo"): Page {
  const proof = null;
  const pending = { id: "p", account, expiresAt: new Date(+now + 600_000), browser: null, proof };
  return linkPage(view, { pending, flow: { ...provider.flow(), scopes }, newCookie: null }, now);
}

const everyPage = (view: PageView): Page[] => [
  askedFor(view, ["psd2-ais"]),
  grantedPage(view, consent, provider.flow()),
  grantedPage(view, { ...consent, withheld: ["psd2-pis"] }, provider.flow()),
  ...consentOutcomes.map((outcome) => outcomePage(view, outcome)),
];

const answerOf = (page: Page, view: PageView) => pageAnswer(page, view, "hash=");

describe("every page of a requester who says so", () => {
  const view = aPageView("en", {
    contact: { text: "help@acme.example", url: "mailto:help@acme.example" },
    privacyUrl: "https://acme.example/privacy",
    logo: "data:image/png;base64,AAAA",
  });

  test("has a logo, which may be loaded from the page itself only", () => {
    for (const page of everyPage(view)) {
      const { body, headers } = answerOf(page, view);
      expect(body).toContain('<header><img src="data:image/png;base64,AAAA" alt="">');
      expect(headers["Content-Security-Policy"]).toContain("; img-src data:; ");
    }
  });

  test("says where to ask, and has the privacy notice", () => {
    for (const page of everyPage(view)) {
      const { body } = answerOf(page, view);
      expect(body).toContain('<a href="mailto:help@acme.example">help@acme.example</a>');
      expect(body).toContain('<a href="https://acme.example/privacy">Privacy notice of ');
    }
  });

  test("has none of that for a requester who does not", () => {
    const plain = aPageView();
    for (const page of everyPage(plain)) {
      const { body, headers } = answerOf(page, plain);
      expect(body).not.toMatch(/<img|<footer|<a /);
      expect(headers["Content-Security-Policy"]).not.toContain("img-src");
    }
  });
});

describe.each(languages)("in %s", (language) => {
  const view = aPageView(`${language};q=0.9`);

  test("every page says so, to browsers and to caches", () => {
    for (const page of everyPage(view)) {
      const { body, headers } = answerOf(page, view);
      expect(body).toContain(`<html lang="${language}">`);
      expect(headers).toMatchObject({
        "Content-Language": language,
        Vary: "Accept-Language, Cookie",
      });
    }
  });

  test("no page shows a name in braces, or something that is not there", () => {
    for (const page of everyPage(view)) {
      const { body } = answerOf(page, view);
      expect(body.replace(/<style>.*<\/style>/s, "")).not.toMatch(/[{}]|undefined|null|\[object/);
      expect(body).toContain("Acme Bookkeeping");
    }
  });
});

test.each([
  ["granted", "success"],
  ["granted in part", "part"],
  ["denied", "notice"],
  ["other-browser", "warning"],
  ["cookies-needed", "warning"],
  ["mixed-up", "warning"],
  ["our-fault", "defect"],
  ["provider-away", "defect"],
])("what was %s looks like a %s, with an icon and words of its own", (what, tone) => {
  const view = aPageView();
  const withheld = what === "granted in part" ? ["psd2-pis"] : [];
  const outcome = consentOutcomes.find((each) => each === what);
  const page = outcome
    ? outcomePage(view, outcome)
    : grantedPage(view, { ...consent, withheld }, provider.flow());
  const { body } = answerOf(page, view);
  expect(body).toContain(`<main class="${tone}">\n<p class="tone"><svg`);
  const others = everyPage(view).filter((each) => each.tone !== tone);
  const [, mark = "?"] = /<p class="tone">(.*)<\/p>/.exec(body) ?? [];
  expect(others.length).toBeGreaterThan(10);
  for (const other of others) expect(answerOf(other, view).body).not.toContain(mark);
});

test.each(["denied", "provider-error", "code-refused", "provider-away"] as const)(
  "a page says by name whose doing %s is, as markup never, in its title neither",
  (outcome) => {
    for (const language of languages) {
      const view = { ...aPageView(language), provider: "Acme <Bank>" };
      const { body } = answerOf(outcomePage(view, outcome), view);
      expect(body).toContain("<bdi>Acme &lt;Bank&gt;</bdi>");
      expect(body).not.toContain("<Bank>");
    }
  },
);

describe("a scope", () => {
  const wordsIn = (header: string, scope: string) => {
    const view = aPageView(header);
    const { body } = answerOf(askedFor(view, [scope]), view);
    return /<li>(.*?)<\/li>/.exec(body)?.[1]?.replace(/<[^>]+>/g, "");
  };

  test.each([
    ["en", "accounts", "see your accounts"],
    ["de", "accounts", "Ihre Konten einsehen"],
    ["fr", "accounts", "see your accounts"],
    ["de", "psd2-pis", "pay"],
    ["de", "psd2-ais", "Ihre Zahlungskonten mit Kontoständen und Umsätzen einsehen"],
    ["es", "a:b", "usar lo que ConnectPay llama a:b"],
  ])("in %s, %s is: %s", (header, scope, words) => {
    expect(wordsIn(header, scope)).toBe(words);
  });
});

test("an account is called the requester's reference, and not at all if it is the default one", () => {
  const view = aPageView();
  const text = (account: string) => answerOf(askedFor(view, [], account), view).body;
  expect(text("jo")).toContain(
    "<dt>Reference at <bdi>Acme Bookkeeping</bdi></dt><dd><bdi>jo</bdi></dd>",
  );
  expect(text("default")).not.toMatch(/Reference|default<|For account/);
});

test("a page says by whose time", () => {
  const view = aPageView("de-CH", { timeZone: "Europe/Zurich" });
  const { body } = answerOf(grantedPage(view, consent, provider.flow()), view);
  expect(body).toContain("20. November 2026 um 11:00 (Mitteleuropäische Normalzeit)</time>");
});
