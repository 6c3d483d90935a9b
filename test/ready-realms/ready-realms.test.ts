import { describe, expect, test } from "vitest";
import { readyRealmSections, readyRealmTable } from "../../docs/generate/ready-realm-tables.ts";
import { checkNames } from "../../infra/check-names.ts";
import { DeploymentNames } from "../../infra/deployment-names.ts";
import { readyRealms } from "../../infra/ready-realms.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { everyReadyRealm } from "../support/every-ready-realm.ts";

describe("the ready realms", () => {
  test("can be deployed together, each under a name that AWS takes", () => {
    const listed = readRealms(everyReadyRealm);
    expect(new Set(listed.map(({ name }) => name)).size).toBe(everyReadyRealm.length);
    expect(() => checkNames(listed, new DeploymentNames())).not.toThrow();
  });

  test("have addresses by https only, without users, ports or queries", () => {
    for (const realm of everyReadyRealm) {
      const addresses = Object.entries(realm).filter(([name]) => name.endsWith("Url"));
      for (const [, address] of addresses)
        expect(address).toMatch(/^https:\/\/[a-z0-9.-]+(\/[\w./-]*)?$/);
    }
  });

  test("leave what differs between customers to the customer", () => {
    const changed = {
      ...readyRealms.paypal({ environment: "sandbox" }),
      accounts: ["shop"],
      marginMs: 5000,
    };
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
