import { describe, expect, test } from "vitest";
import { authorizeUrl } from "../../functions/consents/authorization-request.ts";
import { isOfLink, provenOwner, sealLink } from "../../functions/consents/link-proof.ts";
import { plusMs } from "../../functions/model/clock.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { PendingConsent } from "../../functions/model/pending-consents.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { expectNothingStored, startedConsent, TestConsentSite } from "../support/consent-site.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
const aSite = (changes = {}) => new TestConsentSite(table(), changes);
const signal = new AbortController().signal;
const unknown = { status: 404, title: "This link does not work" };

/** The row of the only link, which somebody who may write to the table then replaces. */
async function onlyRow(site: TestConsentSite): Promise<PendingConsent> {
  const [row = ""] = await site.pendingRows();
  const [, id = ""] = /~consent\/([\w-]+)/.exec(row) ?? [];
  return (await site.deps.pendingConsents.read(id, signal)) ?? expect.fail("no link");
}

/** Deletes the row and writes another with the same key. */
async function replaceRow(site: TestConsentSite, row: PendingConsent): Promise<void> {
  const { pendingConsents, clock } = site.deps;
  const now = clock.now();
  const { browser } = (await pendingConsents.read(row.id, signal)) ?? expect.fail("no link");
  if (browser === null) await pendingConsents.bind(row.id, "b", now, plusMs(now, 1), signal);
  await pendingConsents.claim(row.id, browser ?? "b", now, signal);
  await pendingConsents.add({ ...row, browser: null }, signal);
}

type ProofOf = (site: TestConsentSite, id: string) => Promise<Uint8Array | null>;

/** A stranger makes a link of his own, by writing its row, and consents with his own account at the provider. */
async function consentWith(site: TestConsentSite, proofOf: ProofOf) {
  const { browserSecrets, clock, consentBaseUrl } = site.deps;
  const secret = browserSecrets.newSecret();
  const id = browserSecrets.hash(secret);
  const proof = await proofOf(site, id);
  const row = { account: "jo", expiresAt: plusMs(clock.now(), 600_000), proof };
  await site.deps.pendingConsents.add({ ...row, id, browser: null }, signal);
  const { provider, environment } = site.realm;
  const link = `${consentBaseUrl}/consent/${provider}/${environment}/${secret.expose()}`;
  const browser = site.browser();
  const authorizeUrl = await browser.goToProvider(link);
  const rows = await site.rows();
  return {
    rows,
    page: await browser.returnFromProvider(authorizeUrl, site.provider.agree(authorizeUrl)),
  };
}

describe("a link that somebody has written into the table is refused, and nothing is stored", () => {
  test.each<[rule: string, proofOf: ProofOf]>([
    ["without a proof", async () => null],
    ["with an invented one", async () => new Uint8Array(100).fill(2)],
    [
      "with that of another link of this account",
      async (site) => {
        await site.link();
        return (await onlyRow(site)).proof;
      },
    ],
    [
      "with one that another key has sealed",
      async ({ deps, clock }, id) => {
        const sealer = localSealer(new Sensitive(new Uint8Array(32).fill(8)));
        const link = { id, account: "jo", expiresAt: plusMs(clock.now(), 600_000) };
        return sealLink({ ...deps, sealer }, link, {}, signal);
      },
    ],
  ])("%s", async (_, proofOf) => {
    const site = aSite();
    const { page, rows } = await consentWith(site, proofOf);
    expect(page).toMatchObject(unknown);
    await expectNothingStored(site, rows);
    expect(site.events().map(({ event }) => event)).toContain("link-forged");
  });
});

describe("a link whose row was changed", () => {
  test("to another account is refused: a person's consent stays with its account", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    const row = await onlyRow(site);
    await replaceRow(site, { ...row, account: "mallory" });
    const now = site.clock.now();
    await site.deps.pendingConsents.bind(row.id, row.browser ?? "", now, row.expiresAt, signal);
    const rows = await site.rows();
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject(unknown);
    await expectNothingStored(site, rows);
    expect(await site.record("mallory")).toBeNull();
  });

  test("to another account after its proof was opened stores the consent for the proven account", async () => {
    const site = aSite();
    const { browser, authorizeUrl, answer } = await startedConsent(site);
    const row = await onlyRow(site);
    const { pendingConsents, clock } = site.deps;
    const { open } = site.deps.sealer;
    site.deps.sealer.open = async (...args) => {
      const opened = await open(...args);
      await replaceRow(site, { ...row, account: "mallory" });
      const { id, browser: hash, expiresAt } = row;
      await pendingConsents.bind(id, hash ?? "", clock.now(), expiresAt, signal);
      site.deps.sealer.open = open;
      return opened;
    };
    expect(await browser.returnFromProvider(authorizeUrl, answer)).toMatchObject({ status: 200 });
    expect(await site.record("mallory")).toBeNull();
    expect(await site.record("jo")).toMatchObject({ version: 1 });
  });

  test("only in that it was put back, with a later end, is refused an hour after its first end", async () => {
    const site = aSite();
    await site.link();
    const row = await onlyRow(site);
    const refusalAt = (minutes: number) => {
      site.clock.moveTo(plusMs(row.expiresAt, minutes * 60_000));
      return provenOwner(site.deps, { ...row, expiresAt: new Date(9e15) }, signal);
    };
    expect(await refusalAt(59.9)).toEqual({});
    expect(await refusalAt(60)).toMatchObject({ reason: "link-expired" });
  });
});

test("a link is not claimed while its proof cannot be opened, and can be used again", async () => {
  const site = aSite();
  const { browser, authorizeUrl, answer } = await startedConsent(site);
  const { open } = site.deps.sealer;
  site.deps.sealer.open = async () => {
    throw new VendingError("store-unavailable", "made up", 1);
  };
  expect((await browser.returnFromProvider(authorizeUrl, answer)).status).toBe(503);
  site.deps.sealer.open = open;
  const page = await browser.returnFromProvider(authorizeUrl, answer);
  expect(page).toMatchObject({ title: "Access is granted" });
});

test("a browser's secret is that of the link with which it ends", () => {
  const { browserSecrets } = aSite().deps;
  const link = browserSecrets.newSecret();
  const isIts = (text: string) =>
    isOfLink({ browserSecrets }, new Sensitive(text), browserSecrets.hash(link));
  expect(isIts(`random${link.expose()}`)).toBe(true);
  expect(isIts(`${link.expose()}random`)).toBe(false);
});

test("a browser that never had the link is refused, although somebody has written its hash to the link's row", async () => {
  const site = aSite();
  await site.link();
  const { id } = await onlyRow(site);
  const { browserSecrets, pendingConsents, clock, realm } = site.deps;
  const secret = new Sensitive(
    browserSecrets.newSecret().expose() + browserSecrets.newSecret().expose(),
  );
  const now = clock.now();
  await pendingConsents.bind(id, browserSecrets.hash(secret), now, plusMs(now, 600_000), signal);
  const url = await authorizeUrl(site.deps, connectionOf(realm, "jo"), id, secret, signal);
  const browser = site.browser();
  const cookie = { value: secret.expose(), until: plusMs(now, 600_000) };
  browser.cookies.set(`__Host-consent-${id.slice(0, 16)}`, cookie);

  const page = await browser.returnFromProvider(url, site.provider.agree(url));

  expect(page).toMatchObject({ status: 400, title: "This answer does not match your request" });
  expect(await site.record("jo")).toBeNull();
});
