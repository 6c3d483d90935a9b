import { expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { PendingConsents } from "../../functions/model/pending-consents.ts";
import { at } from "../support/a-record.ts";
import { TestConsentSite } from "../support/consent-site.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { TestBrowser } from "../support/test-browser.ts";
import { useTable } from "../support/use-table.ts";

const hourMs = 3_600_000;
const table = useTable();

class WrongClock extends FixedClock {
  aheadMs = 0;

  override now(): Date {
    return plusMs(super.now(), this.aheadMs);
  }
}

/** A cold process of the same realm. Its clock is wrong until the table answers. */
function coldTwin({ realm, provider }: TestConsentSite, aheadMs: number) {
  const clock = new WrongClock(at("10:00:00.000"));
  const twin = new TestConsentSite(table(), { realm, provider, clock });
  clock.aheadMs = aheadMs;
  const correct = <T>(answer: T) => {
    clock.aheadMs = 0;
    return answer;
  };
  const { read, bind, claim } = twin.deps.pendingConsents;
  const corrected: Partial<PendingConsents> = {
    read: (...asked) => read(...asked).then(correct),
    bind: (...asked) => bind(...asked).then(correct),
    claim: (...asked) => claim(...asked).then(correct),
  };
  Object.assign(twin.deps.pendingConsents, corrected);
  return twin;
}

test.each([
  ["continues with a person", "ahead", hourMs],
  ["continues with a person", "behind", -hourMs],
  ["completes a consent", "ahead", hourMs],
  ["completes a consent", "behind", -hourMs],
])("a cold process that %s by a clock an hour %s costs nobody a link", async (does, _, aheadMs) => {
  const site = new TestConsentSite(table());
  const link = await site.link();
  const cold = coldTwin(site, aheadMs);
  const [begin, complete] = does === "completes a consent" ? [site, cold] : [cold, site];
  let isFirst = true;
  const handler: typeof site.begin = (event, context) => {
    if (isFirst) {
      isFirst = false;
      return site.begin(event, context);
    }
    const isCallback = /\/callback\//.test(JSON.stringify(event));
    return isCallback ? complete.complete(event, context) : begin.begin(event, context);
  };
  const browser = new TestBrowser(handler, "an HTTP API", site.clock);
  await browser.get(link);
  const { status, headers } = await browser.post(link);
  expect(status).toBe(303);
  const authorizeUrl = headers["Location"] ?? "";
  const granted = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
  expect(granted).toMatchObject({ status: 200, title: "Access is granted" });
});
