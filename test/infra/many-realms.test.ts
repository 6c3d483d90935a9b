import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { realmName } from "../../functions/model/connection.ts";
import { readStatusEnvironment } from "../../functions/platform/environment.ts";
import { readRealmSummaries } from "../../functions/providers/catalogue.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { planConcurrency } from "../../infra/reserved-concurrency.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesizedStacks } from "./synthesized.ts";

const [conferma, cfis, asking] = oneOfEachKind;

/** Of each kind in turn. */
function many(count: number, kinds: readonly RealmEntry[] = oneOfEachKind): RealmEntry[] {
  return Array.from({ length: count }, (_, at) => ({
    ...(kinds[at % kinds.length] as RealmEntry),
    environment: `e${at}`,
  }));
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const limits = { resources: 500, outputs: 200, parameters: 200, bytes: 1_000_000 };

describe("200 realms in one account", () => {
  const realms = many(200);
  const accountConcurrency = 5000;
  const { core, apiStage, ofRealms, ours } = synthesizedStacks(realms, { accountConcurrency });

  test("have a stack each, and no stack comes near a limit of CloudFormation", () => {
    expect(ofRealms.size).toBe(realms.length);
    for (const template of ours) {
      const { Resources, Outputs = {}, Parameters = {} } = template;
      expect(Object.keys(Resources).length).toBeLessThan(limits.resources / 2);
      expect(Object.keys(Outputs).length).toBeLessThan(limits.outputs / 2);
      expect(Object.keys(Parameters).length).toBeLessThan(limits.parameters / 2);
      expect(JSON.stringify(template).length).toBeLessThan(limits.bytes / 2);
    }
  });

  test("add nothing to the core but what depends on the number of providers", () => {
    const few = synthesizedStacks(oneOfEachKind);
    expect(Object.keys(core.Resources)).toEqual(Object.keys(few.core.Resources));
    expect(Object.keys(apiStage?.Resources ?? {}).length).toBe(
      Object.keys(few.apiStage?.Resources ?? {}).length,
    );
  });

  test("export nothing, import nothing, and are not named in the core's references", () => {
    for (const { Outputs = {} } of ours) {
      expect(Object.values(Outputs).filter(({ Export }) => Export)).toEqual([]);
    }
    expect(JSON.stringify(ours)).not.toContain("Fn::ImportValue");
  });

  test("reserve no more concurrency than the account may", () => {
    const reserved = ours
      .flatMap((template) => resourcesIn(template, "AWS::Lambda::Function"))
      .map(([, { Properties }]) => Number(Properties["ReservedConcurrentExecutions"] ?? 0));
    const sum = reserved.reduce((total, each) => total + each, 0);
    expect(sum).toBeLessThanOrEqual(accountConcurrency - 100);
    expect(planConcurrency(readRealms(realms), accountConcurrency).reserved).toBe(sum);
  });
});

describe("the concurrency that a realm's vends reserve is", () => {
  const shareOf = (realms: readonly RealmEntry[], quota?: number) => [
    ...new Set(planConcurrency(readRealms(realms), quota).vending.values()),
  ];
  const plain = (count: number) => many(count, [cfis as RealmEntry]);

  test.each([
    [7, undefined, 50],
    [16, undefined, 50],
    [17, undefined, 25],
    [60, undefined, 10],
    [112, undefined, 5],
    [180, undefined, 2],
    [200, 5000, 10],
  ])("with %i realms and a quota of %s, %i", (count, quota, share) => {
    expect(shareOf(plain(count), quota)).toEqual([share]);
  });

  test("what its entry states, and the others share the rest", () => {
    const [first, ...rest] = plain(10);
    const list = [{ ...(first as RealmEntry), vendConcurrency: 600 }, ...rest];
    expect(shareOf(list)).toEqual([600, 25]);
  });

  test("refused, with the numbers, where it cannot fit", () => {
    expect(() => planConcurrency(readRealms(plain(181)))).toThrow(
      /181 realms need .* at least 1005: 543 for renewals .* 1000.*token-vending:accountConcurrency/,
    );
    const greedy = [{ ...(conferma as RealmEntry), vendConcurrency: 899 }];
    expect(() => planConcurrency(readRealms(greedy))).toThrow("at least 1002");
    expect(() => synthesizedStacks(greedy)).toThrow("at least 1002");
    expect(() => planConcurrency(readRealms([asking as RealmEntry]), 10)).toThrow(
      "The account has 10",
    );
  });

  test.each([0, -1, 2.5, "5"])("no %j: the error names the realm", (vendConcurrency) => {
    const entry = { ...conferma, vendConcurrency } as unknown as RealmEntry;
    expect(() => readRealms([entry])).toThrow(
      /conferma\/sandbox: .*vendConcurrency: .* at least 1/,
    );
  });
});

describe("the quota of API Gateway, 300 resources for an API,", () => {
  const warningsOf = (realms: readonly RealmEntry[], accountConcurrency?: number) => {
    let warnings: string[] = [];
    const { ours } = synthesizedStacks(realms, {
      accountConcurrency,
      add({ coreStack }) {
        warnings = coreStack.node.metadata.flatMap(({ type, data }) =>
          type === "aws:cdk:warning" ? [String(data)] : [],
        );
      },
    });
    // And `/`, which no template has.
    const resources =
      1 + ours.flatMap((template) => resourcesIn(template, "AWS::ApiGateway::Resource")).length;
    return { warnings, resources };
  };

  test("is warned of, with the number that the templates have", () => {
    const { warnings, resources } = warningsOf(many(80), 5000);
    expect(resources).toBeGreaterThan(300);
    expect(warnings.join()).toContain(`The API has ${resources} resources`);
    expect(warningsOf(many(8)).warnings).toEqual([]);
  });
});

describe("the status function of 200 realms", () => {
  /** Names as people give them, which compress worse than counters. */
  const named = many(200).map((realm, at) => ({
    ...realm,
    environment: `${["live", "test", "uat"][at % 3]}-${(at * 7919).toString(36)}`,
  }));
  const variableOf = (realms: readonly RealmEntry[], accountConcurrency = 10_000) => {
    const { core } = synthesizedStacks(realms, { accountConcurrency });
    const functions = resourcesIn(core, "AWS::Lambda::Function");
    return String(Object(functions[0]?.[1].Properties["Environment"]).Variables.REALMS);
  };

  test("knows them all, in less than the 4 KB that Lambda has for variables", () => {
    const REALMS = variableOf(named);
    expect(REALMS.length).toBeLessThan(3600);
    const variables = { REALMS, TABLE_NAME: "token-vending" };
    const { realms } = readStatusEnvironment(variables, readRealmSummaries);
    expect(realms.map(realmName)).toEqual(named.map(realmName));
  });

  test("of a few is readable, and one of too many fails the synthesis", () => {
    expect(JSON.parse(variableOf(oneOfEachKind))).toHaveLength(oneOfEachKind.length);
    const random = (at: number) => createHash("sha256").update(`${at}`).digest("hex").slice(0, 20);
    const tooMany = many(400, [cfis as RealmEntry]).map((realm, at) => ({
      ...realm,
      environment: `e${random(at)}`,
    }));
    expect(() => variableOf(tooMany, 20_000)).toThrow(/REALMS would take \d+ bytes.*400 realms/);
  });

  test("does not start with a damaged variable", () => {
    const variables = { REALMS: "br:AAAA", TABLE_NAME: "token-vending" };
    expect(() => readStatusEnvironment(variables, readRealmSummaries)).toThrow("REALMS is damaged");
  });
});
