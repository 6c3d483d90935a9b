import { describe, expect, test } from "vitest";
import { VendingError } from "../../../functions/model/errors.ts";
import { aContext } from "../../support/a-proxy-event.ts";
import { refusedBy } from "../../support/consent-provider.ts";
import { startedConsent, TestConsentSite } from "../../support/consent-site.ts";
import { callbackUrl, readPageResponse } from "../../support/test-browser.ts";
import { useTable } from "../../support/use-table.ts";
import { webEvent } from "../../support/web-events.ts";

const table = useTable();
const aSite = () => new TestConsentSite(table());

describe("a failure", () => {
  test("that is transient says when to retry", async () => {
    const site = aSite();
    const link = await site.link();
    const browser = site.browser();
    await browser.get(link);
    site.secret = null;
    const page = await browser.post(link);
    expect(page).toMatchObject({ status: 503, title: "This is not possible right now" });
    expect(page.headers["Retry-After"]).toBe("60");
    expect(site.events().at(-1)).toMatchObject({ reason: "secret-unavailable" });
    site.secret = "{}";
    expect(await browser.post(link)).toMatchObject({ status: 303 });
  });

  test("to claim the row sends no code, and the link may still work", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    const { claim: take } = site.deps.pendingConsents;
    site.deps.pendingConsents.claim = async () => {
      throw new VendingError("store-unavailable", "Made up.", 1);
    };
    const page = await browser.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ status: 503, title: "This is not possible right now" });
    expect(site.provider.asked).toEqual([]);
    site.deps.pendingConsents.claim = take;
    const again = await browser.returnFromProvider(authorizeUrl, answer);
    expect(again).toMatchObject({ title: "Access is granted" });
  });

  test("to finish in time is detected before a link is used up", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer, rows } = await startedConsent(site);
    const url = callbackUrl(authorizeUrl, answer);
    const event = browser.event("GET", url);
    // A lease lasts 7 s here; claiming the row takes up to half a second, and the answer has 300 ms.
    const late = await browser.receive(await site.complete(event, aContext(7799)), url);
    expect(late).toMatchObject({ status: 503, title: "This is not possible right now" });
    const detail = "Too little time is left to redeem the code.";
    expect(site.events().at(-1)).toMatchObject({ detail });
    expect(site.provider.asked).toEqual([]);
    expect(await site.rows()).toEqual(rows);
    const inTime = await browser.receive(await site.complete(event, aContext(7800)), url);
    expect(inTime).toMatchObject({ title: "Access is granted" });
  });

  test("to finish in time does not prevent a person from declining", async () => {
    const site = aSite();
    const { browser, authorizeUrl } = await startedConsent(site);
    const url = callbackUrl(authorizeUrl, site.provider.refuse(authorizeUrl));
    await site.complete(browser.event("GET", url), aContext(2000));
    expect(site.events().at(-1)).toMatchObject({ event: "consent-denied" });
  });

  test("of ours after the link was used up is no refusal of the provider's", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    site.deps.store.read = async () => {
      throw new TypeError("canary is not iterable");
    };
    const page = await browser.returnFromProvider(authorizeUrl, answer);
    expect(page).toMatchObject({ status: 500, title: "Something is wrong on our side" });
    const reported = site.events().filter(({ level }) => level === "error");
    expect(reported).toMatchObject([{ event: "defect", name: "TypeError" }]);
  });

  test("of the provider's to redeem the code is logged with the connection it was for", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    site.provider.refusal = refusedBy("credentials-rejected");
    await browser.returnFromProvider(authorizeUrl, answer);
    expect(site.events().filter(({ event }) => event === "consent-refused")).toMatchObject([
      {
        connection: `connectpay/${site.realm.environment}/jo`,
        reason: "credentials-rejected",
        detail: "The provider does not issue (made up).",
      },
    ]);
  });

  test("of ours is not shown to a person, and is logged with its position", async () => {
    const site = aSite();
    const link = await site.link();
    site.deps.pendingConsents.read = async () => {
      throw new TypeError("canary is not iterable");
    };
    const page = await site.browser().get(link);
    expect(page).toMatchObject({ status: 500, title: "Something is wrong on our side" });
    expect(page.body + site.log.join("")).not.toContain("canary");
    expect(site.events().at(-1)).toMatchObject({ event: "defect", name: "TypeError" });
  });

  test("that a person cannot fix is logged with its detail", async () => {
    const site = aSite();
    const link = await site.link();
    site.deps.flow = async () => {
      throw new VendingError("secret-malformed", "clientId: is missing.");
    };
    const page = await site.browser().get(link);
    expect(page).toMatchObject({ status: 500 });
    expect(page.body).not.toContain("clientId");
    expect(site.events().at(-1)).toMatchObject({ detail: "clientId: is missing." });
  });

  test("to answer in time is a page too", async () => {
    const site = aSite();
    const link = await site.link();
    site.deps.pendingConsents.read = () => new Promise(() => {});
    const event = webEvent("an HTTP API", { url: link });
    const page = readPageResponse(await site.begin(event, aContext(200)));
    expect(page).toMatchObject({ status: 503, title: "This is not possible right now" });
  });
});
