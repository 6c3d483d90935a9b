import type { IConstruct } from "constructs";
import { kmsKeyArn } from "../functions/platform/environment.ts";
import type { ServiceStackProps } from "./stacks/service-stack.ts";

/** Deployment settings besides the realms: CDK context from `cdk.json` or `cdk deploy -c name=value`. */
const settingNames = [
  "api",
  "vpcEndpointIds",
  "apiLogging",
  "consentBaseUrl",
  "consentRequester",
  "consentFirewall",
  "alarmTopicArn",
  "tableName",
  "previousSealingKey",
  "sealingLayout",
] as const;

type Setting = (typeof settingNames)[number];

const apiKinds = ["private", "regional", "none"] as const;

/** Throws an error that names the invalid setting. */
export function readSettings({ node }: IConstruct): Omit<ServiceStackProps, "realms"> {
  const text = (name: Setting): string | undefined => {
    const value: unknown = node.tryGetContext(`token-vending:${name}`);
    if (value === undefined || typeof value === "string") return value || undefined;
    throw settingError(name, "must be text");
  };
  const oneOf = <T extends string>(name: Setting, choices: readonly T[]): T | undefined => {
    const value = text(name);
    const choice = choices.find((each) => each === value);
    if (value && !choice) throw settingError(name, `must be one of ${choices.join(", ")}`);
    return choice;
  };
  const endpointIds = text("vpcEndpointIds")?.split(",") ?? [];
  if (endpointIds.some((id) => !/^vpce-[0-9a-f]+$/.test(id))) {
    throw settingError("vpcEndpointIds", "must be like vpce-0123,vpce-4567");
  }
  const baseUrl = text("consentBaseUrl");
  if (baseUrl && !/^https:\/\/[^?#\s]*[^/?#\s]$/.test(baseUrl)) {
    throw settingError(
      "consentBaseUrl",
      "must be an https address without query or trailing slash",
    );
  }
  const tableName = text("tableName");
  if (tableName && !/^[\w.-]{3,255}$/.test(tableName)) {
    throw settingError("tableName", "must be the name of a DynamoDB table");
  }
  const previousKeyArn = text("previousSealingKey");
  if (previousKeyArn && !kmsKeyArn.test(previousKeyArn)) {
    throw settingError("previousSealingKey", "must be the ARN of a KMS key");
  }
  return {
    api: {
      kind: oneOf("api", apiKinds) ?? "private",
      endpointIds,
      setsAccountLogging: oneOf("apiLogging", ["set", "leave"]) !== "leave",
    },
    consents: {
      baseUrl,
      requester: text("consentRequester"),
      firewall: oneOf("consentFirewall", ["on", "off"]) === "on",
    },
    alarmTopicArn: text("alarmTopicArn"),
    tableName,
    sealingChange: { previousKeyArn, layout: oneOf("sealingLayout", ["1"]) },
  };
}

/** Whether the example consumer is deployed as well. */
export function isExampleEnabled({ node }: IConstruct): boolean {
  return String(node.tryGetContext("token-vending:example")) === "true";
}

function settingError(name: Setting, reason: string): Error {
  return new Error(`The context token-vending:${name} ${reason}.`);
}
