import { describe, expect, test } from "vitest";
import { oneOfEachKind } from "./example-realms.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind, {
  api: { kind: "none" },
  consents: { firewall: true },
});
const only = (type: string) => {
  const found = resourcesIn(template, type);
  const [one] = found;
  if (!one || found.length > 1) throw new Error(`Not one ${type}.`);
  return { id: one[0], ...one[1].Properties } as Record<string, unknown>;
};

describe("a consent host with a firewall", () => {
  test("is a REST API with the same routes, for which alone its functions may be invoked", () => {
    expect(resourcesIn(template, "AWS::ApiGatewayV2::Api")).toEqual([]);
    const paths = resourcesIn(template, "AWS::Lambda::Permission").flatMap(
      ([, { Properties }]) =>
        /"\/live(\/[A-Z]+\/c[^"]+)"/.exec(JSON.stringify(Properties))?.[1] ?? [],
    );
    expect(paths.sort()).toEqual([
      "/GET/callback/centrapay-user/test",
      "/GET/consent/centrapay-user/test/*",
      "/POST/consent/centrapay-user/test/*",
    ]);
    const methods = resourcesIn(template, "AWS::ApiGateway::Method");
    expect(methods.map(([, { Properties }]) => Properties["AuthorizationType"])).toEqual(
      methods.map(() => "NONE"),
    );
  });

  test("limits each address, and refuses those of a bad reputation", () => {
    const { Scope, DefaultAction, Rules } = only("AWS::WAFv2::WebACL");
    expect({ Scope, DefaultAction }).toEqual({ Scope: "REGIONAL", DefaultAction: { Allow: {} } });
    expect(Rules).toMatchObject([
      {
        Statement: {
          RateBasedStatement: { AggregateKeyType: "IP", Limit: 300, EvaluationWindowSec: 300 },
        },
        Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
      },
      {
        Statement: {
          ManagedRuleGroupStatement: {
            VendorName: "AWS",
            Name: "AWSManagedRulesAmazonIpReputationList",
          },
        },
        OverrideAction: { None: {} },
      },
    ]);
  });

  test("has the firewall in front of its only stage", () => {
    const { ResourceArn, WebACLArn } = only("AWS::WAFv2::WebACLAssociation");
    expect(JSON.stringify(ResourceArn)).toContain(`"${only("AWS::ApiGateway::Stage")["id"]}"`);
    expect(WebACLArn).toEqual({ "Fn::GetAtt": [only("AWS::WAFv2::WebACL")["id"], "Arn"] });
  });

  test("shows paths and queries, which contain links and codes, to nobody", () => {
    const acl = JSON.stringify(only("AWS::WAFv2::WebACL"));
    expect(acl.match(/"SampledRequestsEnabled":false/g)).toHaveLength(3);
    expect(acl).not.toContain('"SampledRequestsEnabled":true');
    expect(resourcesIn(template, "AWS::WAFv2::LoggingConfiguration")).toEqual([]);
    const { TracingEnabled, MethodSettings, AccessLogSetting } = only("AWS::ApiGateway::Stage");
    expect(TracingEnabled).toBe(false);
    expect(MethodSettings).toEqual([
      {
        DataTraceEnabled: false,
        HttpMethod: "*",
        LoggingLevel: "OFF",
        MetricsEnabled: true,
        ResourcePath: "/*",
        ThrottlingBurstLimit: 5,
        ThrottlingRateLimit: 50,
      },
    ]);
    expect(Object(AccessLogSetting).Format).not.toMatch(/path|Path|query|header/);
  });

  test("may write its access log, even in a deployment without another API", () => {
    expect(resourcesIn(template, "AWS::ApiGateway::Account")).toHaveLength(1);
    const leaving = synthesized(oneOfEachKind, {
      api: { kind: "none", setsAccountLogging: false },
      consents: { firewall: true },
    });
    expect(resourcesIn(leaving, "AWS::ApiGateway::Account")).toEqual([]);
    const both = synthesized(oneOfEachKind, { consents: { firewall: true } });
    expect(resourcesIn(both, "AWS::ApiGateway::Account")).toHaveLength(1);
  });

  test("tells its functions its address, with the stage", () => {
    const consents = { firewall: true, requester: "Acme" };
    const { functions } = deployed(synthesized(oneOfEachKind, { consents }));
    const told = functions.filter(({ environment }) => environment["CONSENT_BASE_URL"]);
    expect(told).toHaveLength(3);
    for (const { environment } of told) {
      expect(environment["CONSENT_BASE_URL"]).toMatch(
        /^https:\/\/[\w-]+\.execute-api\.eu-west-1\.amazonaws\.com\/live$/,
      );
    }
  });
});

test("there is no firewall unless it is asked for", () => {
  expect(resourcesIn(synthesized(oneOfEachKind), "AWS::WAFv2::WebACL")).toEqual([]);
});
