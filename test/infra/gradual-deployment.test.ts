import { describe, expect, test } from "vitest";
import { needsConsent } from "../../functions/providers/catalogue.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind, { deployment: "canary" });
const withLinks = oneOfEachKind.filter(({ provider }) => needsConsent(provider));
/** Two of each realm, and a third where people consent. */
const aliasCount = 2 * oneOfEachKind.length + withLinks.length;
const groups = resourcesIn(template, "AWS::CodeDeploy::DeploymentGroup");

describe("with gradual deployment", () => {
  test("every alias of a realm moves to a new version by a canary", () => {
    const aliases = resourcesIn(template, "AWS::Lambda::Alias");
    const groupsOfAliases = aliases.map(([, { UpdatePolicy }]) => {
      const { CodeDeployLambdaAliasUpdate: update } = Object(UpdatePolicy);
      return Object(update).DeploymentGroupName.Ref;
    });
    expect(aliases).toHaveLength(aliasCount);
    expect(groupsOfAliases.sort()).toEqual(groups.map(([id]) => id).sort());
    for (const [, { Properties }] of groups) {
      expect(Properties["DeploymentConfigName"]).toBe(
        "CodeDeployDefault.LambdaCanary10Percent10Minutes",
      );
    }
  });

  test("it is rolled back by failed deployments, and by the alarms of its own realm on what callers see", () => {
    const alarmNames = groups.map(([, { Properties }]) => {
      const { Alarms, Enabled } = Object(Properties["AlarmConfiguration"]);
      expect(Enabled).toBe(true);
      expect(Properties["AutoRollbackConfiguration"]).toEqual({
        Enabled: true,
        Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
      });
      return Alarms.map(({ Name }: { Name: { Ref: string } }) => {
        const alarm = template.Resources[Name.Ref];
        // CodeDeploy knows no composite alarms.
        expect(alarm?.Type).toBe("AWS::CloudWatch::Alarm");
        return alarm?.Properties["AlarmName"];
      });
    });
    const realms = oneOfEachKind.flatMap(({ provider, environment }) =>
      Array(needsConsent(provider) ? 3 : 2).fill([provider, environment]),
    );
    expect(alarmNames).toHaveLength(realms.length);
    for (const [at, names] of alarmNames.entries()) {
      const [provider = "", environment = ""] = realms[at];
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(name).toMatch(new RegExp(`${provider}.${environment}.`));
      expect(names.some((name: string) => name.endsWith("errors"))).toBe(true);
    }
  });

  test("the local stack accepts its templates", () => {
    expect(deployed(template).functions.length).toBeGreaterThan(0);
  });
});

test("without it an alias moves at once, and CodeDeploy is not used", () => {
  const plain = synthesized(oneOfEachKind);
  expect(JSON.stringify(plain)).not.toMatch(/CodeDeploy/);
  expect(resourcesIn(plain, "AWS::Lambda::Alias")).toHaveLength(aliasCount);
});
