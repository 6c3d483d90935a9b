import { expect, test } from "vitest";
import { textsIn } from "../../functions/http/pages/page-view.ts";
import { languages } from "../../functions/http/pages/texts/page-texts.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { aPageView } from "../support/a-page-view.ts";
import { useConsentStack } from "../support/consent-stack.ts";
import { describeInBrowser, openVisitor, phone } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import { decideOnConsent, expectTitle } from "./provider-pages.ts";

describeInBrowser("a person whose browser is set to", () => {
  const consentStack = useConsentStack();

  test.each(languages)("%s reads every page in that language, on a phone", async (language) => {
    const texts = textsIn(aPageView(language).locale);
    const { page } = await openVisitor({ ...phone, locale: language });
    await page.goto(await consentStack().begin("connectpay/stage", `in-${language}`));
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    await checkPage(page, `language-${language}-link`);
    expect(await page.getByRole("main").textContent()).toContain(texts.scopes["psd2-ais"]);
    await page.getByRole("button").click();
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, texts.granted.title);
    await checkPage(page, `language-${language}-granted`);
    await page.goto(page.url().replace(/result-.*/, "refused-answer"));
    await expectTitle(page, texts.outcomes["mixed-up"].title);
    await checkPage(page, `language-${language}-mixed-up`);
  });
});
