import { describe, expect, test } from "vitest";
import { makeLink } from "../../functions/consents/begin-consent.ts";
import { sealLink } from "../../functions/consents/link-proof.ts";
import type { Sensitive } from "../../functions/model/sensitive.ts";
import { startedConsent, TestConsentSite } from "../support/consent-site.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
function aSite(): TestConsentSite {
  const site = new TestConsentSite(table());
  site.provider.scopes = ["openid", "email"];
  return site;
}
const signal = new AbortController().signal;

/** Whoever consents is this person. */
async function consentOf(site: TestConsentSite, owner: object, subject = "person-1") {
  site.provider.subject = subject;
  site.provider.verifiedEmail = `${subject}@example.org`;
  const { browser, authorizeUrl, answer, rows } = await startedConsent(site, owner);
  const page = await browser.returnFromProvider(authorizeUrl, answer);
  return { page, rows: [...rows, ...(await site.rows())] };
}

describe("a link that was made for a person", () => {
  test("works for them, and says their name to nobody who reads the table", async () => {
    const site = aSite();
    const { page, rows } = await consentOf(site, { person: "Person-1@example.org" });
    expect(page).toMatchObject({ status: 200, title: "Access is granted" });
    expect(rows.join("")).not.toMatch(/person-1/i);
    expect(site.log.join("")).not.toMatch(/example\.org/);
  });

  test("that was forwarded stores nothing, and tells so", async () => {
    const site = aSite();
    const { page } = await consentOf(site, { person: "person-1@example.org" }, "person-2");
    expect(page).toMatchObject({ status: 409, title: "This link was made for somebody else" });
    expect(await site.record()).toMatchObject({ version: 0, token: null, consent: null });
    expect(site.events().at(-1)).toMatchObject({
      event: "consent-refused",
      detail: expect.stringContaining("person: the provider names another one"),
    });
  });
});

test("the log says who asked for a link, whether it names somebody, and whether it may replace", async () => {
  const site = aSite();
  const deadline = { signal, msLeft: () => 10_000, onBehalfOf: "caller" } as const;
  const asked = [
    {},
    { begunBy: "arn:aws:iam::1:role/asker" },
    { person: "person-1@example.org", mayReplace: true },
  ];
  for (const asking of asked) await makeLink(site.deps, "jo", deadline, asking);
  const begun = site.events().filter(({ event }) => event === "consent-begun");
  expect(begun).toMatchObject([
    { begunBy: null, isNamed: false },
    { begunBy: "arn:aws:iam::1:role/asker", isNamed: false },
    { begunBy: null, isNamed: true, mayReplace: true },
  ]);
});

test("somebody else's consent replaces the stored one only by a link that says so", async () => {
  const site = aSite();
  expect((await consentOf(site, {})).page).toMatchObject({ status: 200 });
  expect((await consentOf(site, {}, "person-2")).page).toMatchObject({
    status: 409,
    title: "This is not the access that was expected",
  });
  expect(await site.record()).toMatchObject({ version: 1 });
  expect((await consentOf(site, { replace: true }, "person-2")).page.status).toBe(200);
  expect(await site.record()).toMatchObject({ version: 2 });
});

test("a copied code is of the person that the operator names, or not stored", async () => {
  const site = aSite();
  site.provider.subject = "person-2";
  const code = site.provider.codeToCopy();
  expect(await site.operate({ account: "jo", code, person: "person-1" })).toMatchObject({
    problem: {
      code: "consent-required",
      detail: expect.stringContaining("person: the provider names another one"),
    },
  });
  expect(await site.record()).toMatchObject({ version: 0, token: null });
});

describe("whom the provider does not tell nobody can name", () => {
  test.each([
    ["person", "who has consented"],
    ["customer", "for whose data"],
  ])("%s", async (field, what) => {
    const site = aSite();
    site.provider.tellsPerson = false;
    site.provider.tellsCustomer = false;
    const detail = expect.stringContaining(`${field}: this provider does not tell ${what}.`);
    const problem = { code: "invalid-request", detail };
    expect(await site.link("jo", { [field]: "x" })).toBeUndefined();
    expect(site.events().at(-1)).toMatchObject({ event: "refused", code: "invalid-request" });
    const code = site.provider.codeToCopy();
    expect(await site.operate({ account: "jo", code, [field]: "x" })).toMatchObject({ problem });
    expect(await site.rows()).toEqual([]);
    expect(await site.operate({ account: "jo", code })).toMatchObject({ version: 1 });
  });

  test("an e-mail address that nobody asks the provider for", async () => {
    const site = aSite();
    site.provider.scopes = ["openid"];
    const code = site.provider.codeToCopy();
    const detail = expect.stringMatching(/^person: no e-mail address is asked for/);
    const named = { account: "jo", code, person: "jo@example.org" };
    expect(await site.operate(named)).toMatchObject({
      problem: { code: "invalid-request", detail },
    });
    expect(await site.operate({ ...named, person: "person-1" })).not.toHaveProperty(
      "problem.detail",
      detail,
    );
  });

  test.each([{ person: "" }, { person: 7 }, { customer: "x".repeat(255) }, { replace: "yes" }])(
    "%o is refused with its name",
    async (owner) => {
      const [field = ""] = Object.keys(owner);
      const detail = expect.stringMatching(new RegExp(`^${field}: `));
      const code = "code-1";
      expect(await aSite().operate({ account: "jo", code, ...owner })).toMatchObject({
        problem: { detail },
      });
    },
  );
});

test("a link for anybody has a proof that earlier states of this release read: the end alone", async () => {
  const site = aSite();
  const sealed: string[] = [];
  const { seal } = site.deps.sealer;
  site.deps.sealer.seal = (text: Sensitive, ...others) => {
    sealed.push(text.expose());
    return seal(text, ...others);
  };
  const link = { id: "i", account: "jo", expiresAt: new Date(1_790_000_000_000) };
  await sealLink(site.deps, link, {}, signal);
  const owners = [{ person: "p" }, { customer: "c" }, { mayReplace: true }];
  for (const owner of owners) await sealLink(site.deps, link, owner, signal);
  expect(sealed).toEqual([
    "1790000000000",
    '{"endsAtMs":1790000000000,"person":"p"}',
    '{"endsAtMs":1790000000000,"customer":"c"}',
    '{"endsAtMs":1790000000000,"mayReplace":true}',
  ]);
});
