import type { IConstruct } from "constructs";
import { kmsKeyArn } from "../functions/platform/environment.ts";
import { readConsentAddress } from "./consent-address.ts";
import type { ConsentRequester } from "./consent-requester.ts";
import { readLogo, requesterVariables } from "./consent-requester.ts";
import type { TokenVendingProps } from "./token-vending.ts";

/** Settings with a few possible values; the first one applies if nothing is said. */
const choices = {
  api: ["private", "regional", "none"],
  apiLogging: ["set", "leave"],
  consentFirewall: ["off", "on"],
  alarms: ["on", "none"],
  sealingLayout: ["2", "1"],
  terminationProtection: ["off", "on"],
  trail: ["off", "on"],
  deployment: ["all-at-once", "canary"],
} as const;

/** Settings that are any text of their form. */
const texts = [
  "name",
  "accountConcurrency",
  "vpcEndpointIds",
  "consentBaseUrl",
  "consentDomain",
  "consentCertificateArn",
  "consentHostedZone",
  "consentRequester",
  "consentContact",
  "consentPrivacyUrl",
  "consentLogo",
  "consentTimeZone",
  "alarmTopicArn",
  "availabilityObjective",
  "runbookUrl",
  "tableName",
  "tableStreamArn",
  "previousSealingKey",
] as const;

export const settingNames: readonly string[] = [...Object.keys(choices), ...texts];

/** Read elsewhere: `isExampleEnabled` and `stages.ts`. */
const others = ["example", "stage"];

type Choices = typeof choices;
type Setting = keyof Choices | (typeof texts)[number];

/**
 * Settings of a deployment besides the realms, of a stage (`stages.ts`) or as CDK context: `token-vending:<name>` in
 * `cdk.json` or `cdk deploy -c`. docs/deploying.md has what they mean.
 */
export type SettingValues = {
  readonly [Name in keyof Choices]?: Choices[Name][number];
} & { readonly [Name in (typeof texts)[number]]?: string };

/** Context takes precedence over the stage's settings. Throws an error that names the invalid setting. */
export function readSettings(
  { node }: IConstruct,
  ofStage: SettingValues = {},
): Omit<TokenVendingProps, "realms"> {
  refuseUnknown(Object.keys(Object(node.getAllContext())));
  const text = (name: Setting): string | undefined => {
    const value: unknown = node.tryGetContext(contextName(name)) ?? ofStage[name];
    if (value === undefined || typeof value === "string") return value || undefined;
    throw settingError(name, "must be text");
  };
  const matching = (name: Setting, form: RegExp, description: string) => {
    const value = text(name);
    if (value === undefined || form.test(value)) return value;
    throw settingError(name, `must be ${description}`);
  };
  const choice = <Name extends keyof Choices>(name: Name): Choices[Name][number] => {
    const possible: readonly Choices[Name][number][] = choices[name];
    const value = text(name) ?? possible[0];
    const known = possible.find((each) => each === value);
    if (known) return known;
    throw settingError(name, `must be one of ${possible.join(", ")}`);
  };

  const endpointIds = matching(
    "vpcEndpointIds",
    /^vpce-[0-9a-f]+(,vpce-[0-9a-f]+)*$/,
    "like vpce-0123,vpce-4567",
  );
  return {
    name: text("name"),
    accountConcurrency: readConcurrency(text("accountConcurrency")),
    api: {
      kind: choice("api"),
      endpointIds: endpointIds?.split(",") ?? [],
      setsAccountLogging: choice("apiLogging") === "set",
    },
    consents: {
      ...readConsentAddress(matching),
      ...readRequester(text),
      firewall: choice("consentFirewall") === "on",
    },
    alarmTopicArn: requireTopic(
      matching("alarmTopicArn", /^arn:[\w-]+:sns:[\w-]*:\d*:[\w-]+$/, "the ARN of an SNS topic"),
      choice("alarms") === "none",
    ),
    availabilityObjective: readObjective(text("availabilityObjective")),
    runbookUrl: matching(
      "runbookUrl",
      /^https:\/\/[^#\s]+$/,
      "the https address of docs/operations.md",
    ),
    tableName: matching("tableName", /^[\w.-]{3,255}$/, "the name of a DynamoDB table"),
    tableStreamArn: matching(
      "tableStreamArn",
      /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/[\w:.-]+$/,
      "the ARN of a table's stream",
    ),
    sealingChange: {
      previousKeyArn: matching("previousSealingKey", kmsKeyArn, "the ARN of a KMS key"),
      layout: choice("sealingLayout") === "1" ? "1" : undefined,
    },
    terminationProtection: choice("terminationProtection") === "on",
    trail: choice("trail") === "on",
    deployment: choice("deployment"),
  };
}

function readRequester(text: (name: Setting) => string | undefined): ConsentRequester {
  const logo = text("consentLogo");
  const requester = {
    requester: text("consentRequester"),
    contact: text("consentContact"),
    privacyUrl: text("consentPrivacyUrl"),
    logo: logo && readLogo(logo),
    timeZone: text("consentTimeZone"),
  };
  requesterVariables(requester);
  return requester;
}

/** Nobody would see that a realm serves no caller: so that is refused, unless somebody has said it. */
function requireTopic(arn: string | undefined, isWaived: boolean): string | undefined {
  if (arn || isWaived) return arn;
  throw settingError(
    "alarmTopicArn",
    "is missing, so alarms would notify nobody. Give the ARN of an SNS topic, here or in infra/stages.ts (docs/deploying.md), or waive it with -c token-vending:alarms=none",
  );
}

/** Far below 95 % the fastest burn of the budget would be more than all vends. */
function readObjective(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^\d{2}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (percent >= 95 && percent < 100) return percent;
  throw settingError("availabilityObjective", "must be percent, from 95 to 99.999");
}

/** Whether the example consumer is deployed as well. */
export function isExampleEnabled({ node }: IConstruct): boolean {
  return String(node.tryGetContext("token-vending:example")) === "true";
}

/** Whether it is enough is checked against the realms (reserved-concurrency.ts). */
function readConcurrency(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw settingError("accountConcurrency", "must be a whole number");
}

/** Otherwise a misspelt `stage` would deploy another one. */
function refuseUnknown(context: readonly string[]): void {
  const known = [...settingNames, ...others];
  const unknown = context.find(
    (name) => name.startsWith(contextName("")) && !known.map(contextName).includes(name),
  );
  if (!unknown) return;
  throw new Error(`The context ${unknown} is not a setting. The settings are ${known.join(", ")}.`);
}

const contextName = (name: string) => `token-vending:${name}`;

function settingError(name: Setting, reason: string): Error {
  return new Error(`The context ${contextName(name)} ${reason}.`);
}
