import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { newAuthorizationRequest } from "../../functions/consents/authorization-request.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { nodeBrowserSecrets } from "../../functions/platform/node-browser-secrets.ts";
import { startedConsent, TestConsentSite } from "../support/consent-site.ts";
import type { TestBrowser } from "../support/test-browser.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();

/** A site, and the names of the requests that it sends to its table. */
function aWatchedSite() {
  const requests: string[] = [];
  const client: DynamoDBClient = Object.create(table());
  client.send = (command: object, ...rest: unknown[]) => {
    requests.push(command.constructor.name);
    return Reflect.apply(table().send, table(), [command, ...rest]);
  };
  return { site: new TestConsentSite(client), requests };
}

/** How a link came not to work, for a browser that has not continued with it. */
const states: Readonly<Record<string, (site: TestConsentSite) => Promise<string>>> = {
  "never existed": async (site) => {
    const link = await site.link();
    return link.slice(0, -43) + "u".repeat(43);
  },
  "was used": async (site) => {
    const { link, browser, authorizeUrl, answer } = await startedConsent(site);
    await browser.returnFromProvider(authorizeUrl, answer);
    return link;
  },
  "has expired unopened": async (site) => {
    const link = await site.link();
    site.clock.advance(600_000);
    return link;
  },
  "has expired after another browser continued": async (site) => {
    const { link } = await startedConsent(site);
    site.clock.advance(600_000);
    return link;
  },
};

const forged = new Sensitive("f".repeat(43));
const idOf = (link: string) => nodeBrowserSecrets.hash(new Sensitive(link.slice(-43)));

/** A browser with a made-up cookie for a link. */
function withForgedCookie(site: TestConsentSite, link: string): TestBrowser {
  const browser = site.browser();
  const until = new Date("2027-01-01T00:00:00Z");
  browser.cookies.set(`__Host-consent-${idOf(link).slice(0, 16)}`, {
    value: forged.expose(),
    until,
  });
  return browser;
}

/** What somebody may try with a guessed link. */
const attempts: Readonly<Record<string, (site: TestConsentSite, link: string) => Promise<object>>> =
  {
    "opens it": (site, link) => site.browser().get(link),
    "continues at once": (site, link) => site.browser().post(link),
    "opens it with a forged cookie": (site, link) => withForgedCookie(site, link).get(link),
    "continues with a forged cookie": (site, link) => withForgedCookie(site, link).post(link),
    "returns with a forged cookie and the state that fits it": (site, link) => {
      const { state, redirectUri } = newAuthorizationRequest(site.deps, idOf(link), forged);
      const answer = new URLSearchParams({ state, code: "c", iss: "https://stage.example" });
      return withForgedCookie(site, link).get(`${redirectUri}?${answer}`);
    },
    "returns without a cookie": (site, link) => {
      const { state, redirectUri } = newAuthorizationRequest(site.deps, idOf(link), forged);
      return site.browser().get(`${redirectUri}?${new URLSearchParams({ state, code: "c" })}`);
    },
  };

describe("a stranger cannot tell why a link does not work", () => {
  test.each(Object.entries(attempts))("who %s", async (_, attempt) => {
    const answers: Record<string, string> = {};
    for (const [state, make] of Object.entries(states)) {
      const { site, requests } = aWatchedSite();
      const link = await make(site);
      const rows = await site.rows();
      requests.length = 0;
      const answer = await attempt(site, link);
      // The time that an answer takes is that of its requests to the table.
      answers[state] = JSON.stringify([answer, requests]);
      expect(await site.rows()).toEqual(rows);
      expect(answers[state]).toContain('"status":4');
    }
    expect(new Set(Object.values(answers)).size, JSON.stringify(answers, null, 1)).toBe(1);
  });
});

test("text that cannot be a link is refused without a request to the table", async () => {
  const { site, requests } = aWatchedSite();
  const link = await site.link();
  requests.length = 0;
  for (const junk of ["x", "..%2f..", "u".repeat(42), "u".repeat(44), `${"u".repeat(42)}%20`]) {
    const page = await site.browser().get(link.slice(0, -43) + junk);
    expect(page).toMatchObject({ status: 404, setCookie: null });
  }
  expect(requests).toEqual([]);
});
