import { describe, expect, test } from "vitest";
import { readyRealmSections, readyRealmTable } from "../../docs/generate/ready-realm-tables.ts";
import { checkNames } from "../../infra/check-names.ts";
import { DeploymentNames } from "../../infra/deployment-names.ts";
import { readyRealms } from "../../infra/ready-realms.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { readRealms } from "../../infra/realm-list.ts";

const { adyen, auth0, entra, gocardless, paypal, plaid, quickbooks, wise } = readyRealms;
const { googleServiceAccount, revolutBusiness } = readyRealms;
const { salesforce, stripeConnect, truelayer, xeroCustomConnection } = readyRealms;

/** Each in every environment that its provider has. */
const realms: readonly RealmEntry[] = [
  adyen({ environment: "test" }),
  adyen({ environment: "live" }),
  auth0({ environment: "auth0", domain: "acme.eu.auth0.com", audience: "https://api.example" }),
  entra({ environment: "entra", tenant: "contoso.onmicrosoft.com", scope: "api://a/.default" }),
  salesforce({
    environment: "salesforce",
    myDomain: "acme.my.salesforce.com",
    sessionSeconds: 900,
  }),
  googleServiceAccount({ environment: "google", scopes: ["https://mail.google.com/"] }),
  stripeConnect({ environment: "test", scope: "read_only" }),
  stripeConnect({ environment: "live", scope: "read_write" }),
  xeroCustomConnection({ environment: "xero", scopes: ["accounting.contacts"] }),
  ...(["sandbox", "production"] as const).flatMap((environment) => [
    gocardless({ environment }),
    paypal({ environment }),
    plaid({ environment, clientId: "62f4a1c0e5b1d2" }),
    quickbooks({ environment }),
    revolutBusiness({ environment, redirectHost: "consents.acme.example" }),
    truelayer({ environment }),
    wise({ environment }),
  ]),
];

describe("the ready realms", () => {
  test("can be deployed together, each under a name that AWS takes", () => {
    const listed = readRealms(realms);
    expect(new Set(listed.map(({ name }) => name)).size).toBe(realms.length);
    expect(() => checkNames(listed, new DeploymentNames())).not.toThrow();
  });

  test("have addresses by https only, without users, ports or queries", () => {
    for (const realm of realms) {
      const addresses = Object.entries(realm).filter(([name]) => name.endsWith("Url"));
      for (const [, address] of addresses)
        expect(address).toMatch(/^https:\/\/[a-z0-9.-]+(\/[\w./-]*)?$/);
    }
  });

  test("leave what differs between customers to the customer", () => {
    const changed = { ...paypal({ environment: "sandbox" }), accounts: ["shop"], marginMs: 5000 };
    expect(readRealms([changed])).toMatchObject([
      { accounts: ["shop"], settings: { marginMs: 5000 } },
    ]);
  });

  test("have a row and a section each, with sources by https", () => {
    const names = Object.keys(readyRealms);
    for (const name of names) expect(readyRealmTable()).toContain(`| \`readyRealms.${name}\` |`);
    expect(readyRealmSections().match(/^### /gm)).toHaveLength(names.length);
    const sources = [...readyRealmSections().matchAll(/\]\(([^)]+)\) \|$/gm)];
    expect(sources.length).toBeGreaterThan(names.length);
    for (const [, source = ""] of sources) expect(source).toMatch(/^https:\/\//);
  });
});
