import { RootConstruct } from "constructs";
import { expect, test } from "vitest";
import cdk from "../../cdk.json" with { type: "json" };
import { readSettings } from "../../infra/settings.ts";
import { stages } from "../../infra/stages.ts";
import project from "../../package.json" with { type: "json" };

const topicArn = "arn:aws:sns:eu-west-1:111122223333:operators";

/** Has a context as an app has, and no output folder. */
const anApp = () => {
  const app = new RootConstruct();
  app.node.setContext("token-vending:alarmTopicArn", topicArn);
  return app;
};

const settingsWith = (name: string, value: unknown) => {
  const app = anApp();
  app.node.setContext(`token-vending:${name}`, value);
  return readSettings(app);
};

const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

test("by default the API is private, in a VPC of its own, and account logging is set up", () => {
  expect(readSettings(anApp())).toEqual({
    api: { kind: "private", endpointIds: [], setsAccountLogging: true },
    consents: { firewall: false },
    alarmTopicArn: topicArn,
    availabilityObjective: undefined,
    runbookUrl: undefined,
    tableName: undefined,
    sealingChange: { previousKeyArn: undefined, layout: undefined },
    deployment: "all-at-once",
    terminationProtection: false,
    trail: false,
  });
});

test.each([
  ["api", "regional", { api: { kind: "regional" } }],
  ["api", "none", { api: { kind: "none" } }],
  ["vpcEndpointIds", "vpce-0123,vpce-4567", { api: { endpointIds: ["vpce-0123", "vpce-4567"] } }],
  ["apiLogging", "leave", { api: { setsAccountLogging: false } }],
  ["consentBaseUrl", "https://a.example", { consents: { baseUrl: "https://a.example" } }],
  ["deployment", "canary", { deployment: "canary" }],
  ["consentRequester", "Acme", { consents: { requester: "Acme" } }],
  ["consentContact", "help@acme.example", { consents: { contact: "help@acme.example" } }],
  ["consentPrivacyUrl", "https://a.example/p", { consents: { privacyUrl: "https://a.example/p" } }],
  ["consentTimeZone", "Europe/Vilnius", { consents: { timeZone: "Europe/Vilnius" } }],
  ["consentFirewall", "on", { consents: { firewall: true } }],
  ["consentFirewall", "off", { consents: { firewall: false } }],
  ["alarmTopicArn", "arn:aws:sns:::x", { alarmTopicArn: "arn:aws:sns:::x" }],
  ["availabilityObjective", "99.95", { availabilityObjective: 99.95 }],
  ["runbookUrl", "https://a.example/runbook.md", { runbookUrl: "https://a.example/runbook.md" }],
  ["alarms", "none", { alarmTopicArn: topicArn }],
  ["previousSealingKey", keyArn, { sealingChange: { previousKeyArn: keyArn } }],
  ["sealingLayout", "1", { sealingChange: { layout: "1" } }],
  ["sealingLayout", "2", { sealingChange: { layout: undefined } }],
  ["trail", "on", { trail: true }],
  ["terminationProtection", "on", { terminationProtection: true }],
  ["tableName", "token-vending-restored", { tableName: "token-vending-restored" }],
])("%s may be %s", (name, value, expected) => {
  expect(settingsWith(name, value)).toMatchObject(expected);
});

test.each([
  ["api", "public"],
  ["api", 7],
  ["vpcEndpointIds", "vpc-0123"],
  ["vpcEndpointIds", "vpce-0123, vpce-4567"],
  ["apiLogging", "no"],
  ["consentBaseUrl", "http://a.example"],
  ["consentBaseUrl", "https://a.example/"],
  ["consentFirewall", "yes"],
  ["alarmTopicArn", "operators"],
  ["alarms", "off"],
  ["availabilityObjective", "100"],
  ["availabilityObjective", "94.9"],
  ["availabilityObjective", "99,9"],
  ["runbookUrl", "docs/operations.md"],
  ["tableName", "token-vending/restored"],
  ["previousSealingKey", "alias/old"],
  ["previousSealingKey", `${keyArn}/*`],
  ["sealingLayout", "3"],
  ["terminationProtection", "true"],
  ["trail", "yes"],
  ["consentDomain", "https://consent.example.com"],
  ["consentCertificateArn", "arn:aws:iam::111122223333:server-certificate/old"],
  ["consentHostedZone", "example.com"],
  ["deployment", "linear"],
])("%s may not be %j: the error names it", (name, value) => {
  expect(() => settingsWith(name, value)).toThrow(`token-vending:${name} must be`);
});

test("a setting of the stage applies, unless the context says another", () => {
  const app = anApp();
  const ofStage = { api: "none", terminationProtection: "on" } as const;
  expect(readSettings(app, ofStage)).toMatchObject({
    api: { kind: "none" },
    terminationProtection: true,
  });
  app.node.setContext("token-vending:api", "regional");
  expect(readSettings(app, ofStage)).toMatchObject({ api: { kind: "regional" } });
});

test("a context that is no setting is refused, so that a misspelt one changes nothing silently", () => {
  expect(() => settingsWith("stag", "production")).toThrow(
    /token-vending:stag is not a setting\. The settings are api, /,
  );
});

test("without a topic for alarms there are no settings, unless that is waived by name: the error says how", () => {
  const app = new RootConstruct();
  expect(() => readSettings(app)).toThrow(
    /token-vending:alarmTopicArn is missing.*-c token-vending:alarms=none/,
  );
  expect(readSettings(app, { alarmTopicArn: topicArn })).toMatchObject({ alarmTopicArn: topicArn });
  app.node.setContext("token-vending:alarms", "none");
  expect(readSettings(app)).toMatchObject({ alarmTopicArn: undefined });
});

test("what is shipped waives no alarms but in the script that only synthesizes", () => {
  expect(JSON.stringify(cdk)).not.toMatch(/alarms/);
  expect(JSON.stringify(stages)).not.toMatch(/alarms/);
  const waiving = Object.entries(project.scripts).filter(([, script]) =>
    /alarms=none/.test(script),
  );
  expect(waiving.map(([name]) => name)).toEqual(["synth"]);
});
