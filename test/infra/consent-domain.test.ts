import { RootConstruct } from "constructs";
import { describe, expect, test } from "vitest";
import type { SettingValues } from "../../infra/settings.ts";
import { readSettings } from "../../infra/settings.ts";
import { oneOfEachKind } from "./example-realms.ts";
import type { RawTemplate } from "./synthesized.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const domain = {
  name: "consent.example.com",
  certificateArn: "arn:aws:acm:eu-west-1:111122223333:certificate/1234",
};
const baseUrl = `https://${domain.name}`;
const only = (template: RawTemplate, type: string) => {
  const found = resourcesIn(template, type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties ?? {};
};

describe.each([false, true])("a domain for the consent pages, with firewall: %s", (firewall) => {
  const template = synthesized(oneOfEachKind, { consents: { baseUrl, domain, firewall } });

  test("is served with its certificate and TLS 1.2, by the only stage", () => {
    expect(only(template, "AWS::ApiGatewayV2::DomainName")).toEqual({
      DomainName: domain.name,
      DomainNameConfigurations: [
        {
          CertificateArn: domain.certificateArn,
          EndpointType: "REGIONAL",
          SecurityPolicy: "TLS_1_2",
        },
      ],
    });
    const { ApiId, Stage } = only(template, "AWS::ApiGatewayV2::ApiMapping");
    const [stage] = resourcesIn(
      template,
      firewall ? "AWS::ApiGateway::Stage" : "AWS::ApiGatewayV2::Stage",
    ).filter(([id]) => id.includes("Consent"));
    expect(Stage).toEqual(firewall ? { Ref: stage?.[0] } : stage?.[1].Properties["StageName"]);
    expect(ApiId).toEqual(stage?.[1].Properties[firewall ? "RestApiId" : "ApiId"]);
  });

  test("is the address that functions and callers are told", () => {
    const { functions, resourcesOf } = deployed(template);
    const asking = functions.filter(({ environment }) => environment["CONSENT_BASE_URL"]);
    expect(asking.map(({ environment }) => environment["CONSENT_BASE_URL"])).toEqual(
      Array(3).fill(baseUrl),
    );
    const callbacks = resourcesOf("AWS::SSM::Parameter").filter(({ properties }) =>
      String(properties["Name"]).endsWith("/callback"),
    );
    expect(callbacks.map(({ properties }) => properties["Value"])).toEqual([
      `${baseUrl}/callback/centrapay-user/test`,
    ]);
  });
});

test("its record is made in a hosted zone, or its target is said", () => {
  const zone = { ...domain, hostedZoneId: "Z0123456789" };
  const withZone = synthesized(oneOfEachKind, { consents: { baseUrl, domain: zone } });
  expect(only(withZone, "AWS::Route53::RecordSet")).toMatchObject({
    Name: domain.name,
    HostedZoneId: "Z0123456789",
    Type: "A",
  });
  const without = synthesized(oneOfEachKind, { consents: { baseUrl, domain } });
  expect(resourcesIn(without, "AWS::Route53::RecordSet")).toEqual([]);
  const outputs = Object.keys(without.Outputs ?? {});
  expect(outputs.filter((name) => name.includes("ConsentDomainTarget"))).toHaveLength(1);
});

describe("the address of the consent pages", () => {
  const certificate = "arn:aws:acm:eu-west-1:111122223333:certificate/1234";
  const name = "consent.example.com";
  const read = (ofStage: SettingValues) => {
    const app = new RootConstruct();
    app.node.setContext("token-vending:alarmTopicArn", "arn:aws:sns:eu-west-1:111122223333:ops");
    return readSettings(app, ofStage).consents;
  };

  test("follows from their domain", () => {
    const consentHostedZone = "Z0123456789";
    expect(
      read({ consentDomain: name, consentCertificateArn: certificate, consentHostedZone }),
    ).toMatchObject({
      baseUrl: `https://${name}`,
      domain: { name, certificateArn: certificate, hostedZoneId: consentHostedZone },
    });
  });

  test.each<[string, SettingValues]>([
    [
      "consentBaseUrl follows from consentDomain: leave one of them out",
      {
        ...{ consentDomain: name, consentCertificateArn: certificate },
        consentBaseUrl: "https://other.example.com",
      },
    ],
    ["consentDomain needs consentCertificateArn", { consentDomain: name }],
    ["consentCertificateArn has no effect", { consentCertificateArn: certificate }],
    ["consentHostedZone has no effect", { consentHostedZone: "Z0123456789" }],
  ])("is refused where %s", (reason, ofStage) => {
    expect(() => read(ofStage)).toThrow(reason);
  });
});
