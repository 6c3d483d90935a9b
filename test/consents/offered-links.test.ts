import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { consentProgress } from "../../functions/consents/consent-progress.ts";
import { withLinksAlias } from "../../functions/http/contract.ts";
import type { ConsentLink } from "../../functions/http/link-contract.ts";
import { readConsentId } from "../../functions/http/progress-answer.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import { takeLease } from "../../functions/vending/issuing/lease.ts";
import { aContext, aProxyEvent } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { startedConsent, TestConsentSite } from "../support/consent-site.ts";
import { TABLE } from "../support/token-table.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
const day = 86_400_000;

interface Refused {
  readonly problem: { readonly code: string; readonly consent?: ConsentLink };
}

/** What a caller by the alias is told, over the API or directly. */
async function refusal(site: TestConsentSite, event: unknown = { account: "jo" }) {
  return ((await site.vendBy(withLinksAlias, event)) as Refused).problem;
}

async function offered(site: TestConsentSite, account = "jo"): Promise<ConsentLink> {
  const { code, consent } = await refusal(site, { account });
  expect(code).toBe("consent-required");
  if (!consent) throw new Error("There is no link.");
  return consent;
}

async function progress(site: TestConsentSite, id: string, account = "jo") {
  return site.vendBy("live", { account, consentId: id });
}

/** The person with this link agrees at the provider. Returns the page at the end. */
async function agree(site: TestConsentSite, link: string) {
  const browser = site.browser();
  const authorizeUrl = await browser.goToProvider(link);
  return browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
}

describe("with `consent-required`, a caller who may have it", () => {
  test("gets a link for the person, and what came of it by its id", async () => {
    const site = new TestConsentSite(table());
    const link = await offered(site);
    expect(link.expiresAt).toBe("2026-11-20T10:10:00.000Z");
    expect(await progress(site, link.id)).toEqual({
      connection: `${realmName(site.realm)}/jo`,
      id: link.id,
      state: "pending",
    });
    expect(await agree(site, link.url)).toMatchObject({ title: "Access is granted" });
    expect(await progress(site, link.id)).toMatchObject({ state: "granted" });
    expect(await site.vendBy(withLinksAlias, { account: "jo" })).toMatchObject({ version: 1 });
  });

  test("gets the same one as every other caller, at once or later", async () => {
    const site = new TestConsentSite(table());
    const all = await Promise.all(Array.from({ length: 8 }, () => offered(site)));
    site.clock.advance(8 * 60_000);
    all.push(await offered(site));
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    // Of the links of those who were slower nobody was told.
    const asked = (await site.rows()).filter((row) => row.includes("/~asked/jo"));
    expect(asked).toEqual([expect.stringContaining(`{"S":"${all[0]?.id.split(".")[0]}"}`)]);
    expect((await offered(site, "ann")).url).not.toBe(all[0]?.url);
  });

  test("gets another one once the person has continued with it, or it has nearly expired", async () => {
    const site = new TestConsentSite(table());
    const first = await offered(site);
    await site.browser().get(first.url);
    expect((await offered(site)).url).toBe(first.url);
    await site.browser().goToProvider(first.url);
    const second = await offered(site);
    expect(second.url).not.toBe(first.url);
    site.clock.advance(9 * 60_000);
    const third = await offered(site);
    expect(third.url).not.toBe(second.url);
    expect(third.expiresAt).toBe("2026-11-20T10:19:00.000Z");
  });

  test("is told that no consent came of one that was declined, and gets another", async () => {
    const site = new TestConsentSite(table());
    const link = await offered(site);
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(link.url);
    expect(await progress(site, link.id)).toMatchObject({ state: "pending" });
    await browser.returnFromProvider(authorizeUrl, site.provider.refuse(authorizeUrl));
    expect(await progress(site, link.id)).toMatchObject({ state: "ended" });
    expect((await offered(site)).url).not.toBe(link.url);
  });

  test("is refused without one when none can be made, and the log says why", async () => {
    const site = new TestConsentSite(table());
    site.secret = null;
    expect(await refusal(site)).not.toHaveProperty("consent");
    expect(site.events()).toContainEqual(
      expect.objectContaining({ event: "link-not-made", code: "secret-unavailable" }),
    );
  });
});

describe("no link is given", () => {
  test.each(["live", "vend-only", "$LATEST"])("by the alias %s", async (alias) => {
    const site = new TestConsentSite(table());
    const path = `/v1/tokens/${realmName(site.realm)}/jo/with-link`;
    const overApi = aProxyEvent({ httpMethod: "POST", path });
    for (const event of [{ account: "jo" }, overApi]) {
      const answer = JSON.stringify(await site.vendBy(alias, event));
      expect(answer).toContain("consent-required");
      expect(answer).not.toContain("https://vend.example");
    }
    expect(await site.pendingRows()).toEqual([]);
  });

  test("for a wish in the payload", async () => {
    const site = new TestConsentSite(table());
    const wish = { account: "jo", withLink: true };
    expect(await site.vendBy("live", wish)).toMatchObject({ problem: { code: "invalid-request" } });
  });

  test("with a problem that no person can solve", async () => {
    const site = new TestConsentSite(table());
    const problem = await refusal(site, { account: "jo", minValiditySeconds: -1 });
    expect(problem).toMatchObject({ code: "invalid-request" });
    expect(problem).not.toHaveProperty("consent");
  });
});

describe("over the API", () => {
  test("the path that API Gateway forwards to the alias vends, and has the link", async () => {
    const site = new TestConsentSite(table());
    const path = `/v1/tokens/${realmName(site.realm)}/jo/with-link`;
    const event = aProxyEvent({ httpMethod: "POST", path });
    const refused = (await site.vendBy(withLinksAlias, event)) as { body: string };
    const { consent } = JSON.parse(refused.body);
    expect(consent).toEqual(await offered(site));
    const asked = aProxyEvent({
      path: `/v1/consents/${realmName(site.realm)}/jo/${consent.id}`,
    });
    expect(await site.vendBy("live", asked)).toMatchObject({
      statusCode: 200,
      body: expect.stringContaining('"state":"pending"'),
    });
    await agree(site, consent.url);
    expect(await site.vendBy(withLinksAlias, event)).toMatchObject({ statusCode: 200 });
  });
});

describe("what came of a link", () => {
  test("is not the consent to an earlier one, nor to the lease of a holder that has died", async () => {
    const site = new TestConsentSite(table());
    await agree(site, (await offered(site)).url);
    site.clock.advance(1000);
    const later = await site.begin({ account: "jo" }, aContext());
    const { id } = later as { id: string };
    expect(await progress(site, id)).toMatchObject({ state: "pending" });
    site.clock.advance(10 * 60_000);
    expect(await progress(site, id)).toMatchObject({ state: "ended" });
    const signal = new AbortController().signal;
    const deadline = { signal, msLeft: () => 10_000, onBehalfOf: "caller" } as const;
    const connection = connectionOf(site.realm, "jo");
    const record = await site.deps.store.read(connection, signal);
    await takeLease(site.deps, connection, record, "scheduled", deadline);
    expect(await progress(site, id)).toMatchObject({ state: "pending" });
    site.clock.advance(60_000);
    expect(await progress(site, id)).toMatchObject({ state: "ended" });
  });

  test("is nothing for another account, and for one that has expired", async () => {
    const site = new TestConsentSite(table());
    const { id } = await offered(site);
    expect(await progress(site, id, "ann")).toMatchObject({ state: "ended" });
    site.clock.advance(10 * 60_000);
    expect(await progress(site, id)).toMatchObject({ state: "ended" });
  });

  test.each([
    ["while its code is redeemed", "consent"],
    ["while its code waits for the end of another renewal", "scheduled"],
  ] as const)("is open %s, even between the claim and the lease", async (_, reason) => {
    const site = new TestConsentSite(table());
    const awaited = readConsentId((await offered(site)).id) ?? expect.fail("no id");
    const connection = connectionOf(site.realm, "jo");
    const { signal } = new AbortController();
    const deadline = { signal, msLeft: () => 10_000, onBehalfOf: "caller" } as const;
    const { clock, pendingConsents } = site.deps;
    await pendingConsents.bind(awaited.pendingId, "b", clock.now(), at("10:10:00.000"), signal);
    await pendingConsents.claim(awaited.pendingId, "b", clock.now(), signal);
    site.clock.sleep = async () => {
      await takeLease(site.deps, connection, null, reason, deadline);
    };
    expect(await consentProgress(site.deps, connection, awaited, deadline)).toBe("pending");
  });

  test("is not an older consent", async () => {
    const site = new TestConsentSite(table());
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    await browser.returnFromProvider(authorizeUrl, answer);
    site.clock.advance(60_000);
    await site.operate({ account: "jo", disconnect: true });
    const { id } = await offered(site);
    expect(await progress(site, id)).toMatchObject({ state: "pending" });
  });

  test.each(["", "x", `${"a".repeat(43)}.${"z".repeat(9)}`, 12])(
    "is asked for by an id that came with one, not by %j",
    async (consentId) => {
      const site = new TestConsentSite(table());
      expect(await site.vendBy("live", { account: "jo", consentId })).toMatchObject({
        problem: { code: "invalid-request", detail: expect.stringContaining("consentId: ") },
      });
    },
  );
});

describe("an offer", () => {
  test("is stored sealed, and neither row nor log has the link", async () => {
    const site = new TestConsentSite(table());
    const link = (await offered(site)).url.split("/").at(-1) ?? "";
    await offered(site);
    expect(link).toHaveLength(43);
    expect([...(await site.rows()), ...site.log].join()).not.toContain(link);
  });

  test.each([
    ["has no end", "REMOVE expiresAt", {}],
    ["names another pending consent", "SET pendingId = :p", { ":p": { S: "p".repeat(43) } }],
    ["was sealed elsewhere", "SET sealedLink = :b", { ":b": { B: new Uint8Array(80) } }],
  ])("whose row %s is replaced", async (_, change, values) => {
    const site = new TestConsentSite(table());
    const first = await offered(site);
    const pk = { S: `${realmName(site.realm)}/~offer/jo` };
    await table().send(
      new UpdateItemCommand({
        ...{ TableName: TABLE, Key: { pk }, UpdateExpression: change },
        ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
      }),
    );
    const second = await offered(site);
    expect(second.url).not.toBe(first.url);
    expect(await offered(site)).toEqual(second);
  });
});

describe("a link's lifetime", () => {
  test("is the realm's, or shorter where the caller says so", async () => {
    const site = new TestConsentSite(table(), { openableMs: 7 * day });
    const begin = (payload: object) => site.begin(payload, {} as never);
    expect(await begin({ account: "jo" })).toMatchObject({ expiresAt: "2026-11-27T10:00:00.000Z" });
    expect(await begin({ account: "jo", lifetimeSeconds: 3600 })).toMatchObject({
      expiresAt: "2026-11-20T11:00:00.000Z",
    });
  });

  test("is at most the realm's", async () => {
    const site = new TestConsentSite(table());
    expect(await site.begin({ lifetimeSeconds: 601 }, {} as never)).toMatchObject({
      problem: {
        code: "invalid-request",
        detail: "lifetimeSeconds: must be at most 600, the realm's linkLifetimeSeconds.",
      },
    });
  });

  test("of a week lets a person come on the sixth day, and then leaves them ten minutes", async () => {
    const site = new TestConsentSite(table(), { openableMs: 7 * day });
    const { url } = await offered(site);
    site.clock.advance(6 * day);
    expect((await offered(site)).url).toBe(url);
    const browser = site.browser();
    const authorizeUrl = await browser.goToProvider(url);
    site.clock.advance(600_000);
    const late = await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl));
    expect(late.title).toBe("This link has expired");
    const again = (await offered(site)).url;
    site.clock.advance(day);
    expect(await agree(site, again)).toMatchObject({ title: "Access is granted" });
  });
});
