import type { App } from "aws-cdk-lib";
import { RootConstruct } from "constructs";
import { describe, expect, test } from "vitest";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { readSettings } from "../../infra/settings.ts";
import { chosenStage, stages } from "../../infra/stages.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { synthesized, synthesizedStacks } from "./synthesized.ts";

const chosen = (stage?: string) => {
  const app = new RootConstruct();
  if (stage !== undefined) app.node.setContext("token-vending:stage", stage);
  return chosenStage(app);
};

/** A laptop's, without a topic for alarms: whoever deploys has to add one to the stage, or waive it. */
const withoutTopic = () => {
  const app = new RootConstruct();
  app.node.setContext("token-vending:alarms", "none");
  return app;
};

describe("a stage", () => {
  test("is dev where the context names none", () => {
    expect(chosen()).toMatchObject({ name: "dev", realms: stages.dev.realms });
  });

  test.each(Object.keys(stages))("%s has settings and realms that can be deployed", (name) => {
    const { realms, settings } = chosen(name);
    expect(readRealms(realms).length).toBeGreaterThan(0);
    expect(() => readSettings(withoutTopic(), settings)).not.toThrow();
  });

  test("that is not one is refused, with those that are", () => {
    expect(() => chosen("prod")).toThrow("must be one of dev, stage, production");
  });

  test("that names no account is not deployed to that of another", () => {
    const production = { realms: [], env: { account: "222222222222", region: "eu-west-1" } };
    const all = { dev: { realms: [] }, production };
    expect(() => chosenStage(new RootConstruct(), all, "222222222222")).toThrow(
      "account 222222222222 is that of production, and dev names none",
    );
    for (const account of ["111111111111", undefined]) {
      expect(chosenStage(new RootConstruct(), all, account).name).toBe("dev");
    }
  });

  test("production is protected from deletion", () => {
    const { settings } = chosen("production");
    expect(readSettings(withoutTopic(), settings).terminationProtection).toBe(true);
  });
});

describe("with an account and Region", () => {
  const env = { account: "111122223333", region: "eu-west-1" };
  const assembly = assemblyOf({ env });

  test("every stack is for these, and nothing has to be looked up in them", () => {
    expect(assembly.stacks.map(({ environment }) => environment)).toEqual(
      assembly.stacks.map(() => expect.objectContaining({ ...env })),
    );
    expect(assembly.manifest.missing ?? []).toEqual([]);
  });

  test("the state stack is always protected from deletion, the others if the setting says so", () => {
    const isProtected = (settings: object) =>
      assemblyOf(settings).stacks.map(({ terminationProtection }) => terminationProtection);
    const [state, ...others] = isProtected({});
    expect([state, new Set(others)]).toEqual([true, new Set([false])]);
    expect(new Set(isProtected({ terminationProtection: true }))).toEqual(new Set([true]));
  });
});

describe("a production realm", () => {
  const conferma = {
    provider: "conferma",
    environment: "production",
    tokenUrl: "https://assure.cert-confermapay.com/token",
  } as const;
  const refused: RealmEntry[] = [
    conferma,
    { ...conferma, environment: "live" },
    { ...conferma, tokenUrl: "https://cert-confermapay.com/token" },
    {
      ...{ ...conferma, tokenUrl: "https://conferma.example/token" },
      apiBaseUrl: "https://api.cert-confermapay.com",
    },
    {
      ...{ provider: "cfis", environment: "production" },
      apiBaseUrl: "https://staging-integrations.confirmafinance.com",
    },
  ];

  test.each(refused)(
    "is refused with a test address of its provider: $provider/$environment",
    (realm) => {
      const address = Object.values(realm).find((value) => /cert-|staging-/.test(String(value)));
      expect(() => synthesized([realm])).toThrow(String(address));
      expect(() => synthesized([realm])).toThrow("allowTestHosts: true");
    },
  );

  test("is accepted with one that is meant, and with others", () => {
    const meant = { ...conferma, allowTestHosts: true };
    const others = ["https://conferma.example", "https://notcert-confermapay.com"];
    expect(readRealms([meant])[0]?.settings).toEqual(conferma);
    for (const tokenUrl of others) readRealms([{ ...conferma, tokenUrl }]);
    readRealms([{ ...conferma, environment: "sandbox" }]);
  });
});

function assemblyOf(settings: object) {
  const apps: App[] = [];
  synthesizedStacks(oneOfEachKind, { ...settings, add: (_, app) => apps.push(app) });
  return apps[0]?.synth() ?? expect.fail("no app");
}
