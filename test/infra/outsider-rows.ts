import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { ConditionContext } from "../access/simulate-access.ts";
import type { AccessAttempt } from "./access-row.ts";
import { eventAttempts } from "./event-rows.ts";
import { clientRealm, consentRealm } from "./outsiders.ts";
import { principalsOf, statusReader } from "./principals.ts";
import { stackName, testLocation } from "./synthesized.ts";
import { tokenTableOf } from "./table-rows.ts";

/** The only endpoint through which the API is reached. */
export const endpointId = "vpce-0123456789abcdef0";

/** Two more realms: one with a longer name, one of another provider. */
const otherRealms = ["conferma/sandbox-2", "cfis/sandbox"];

export function attemptsOn(stack: DeployedStack): AccessAttempt[] {
  return [
    ...invocations(stack),
    ...apiRequests(stack),
    ...tableReads(stack),
    ...freezing(stack),
    ...eventAttempts(stack),
    ...elsewhere(stack),
  ];
}

function invocations(stack: DeployedStack): AccessAttempt[] {
  const status = stack.functions.find(({ logicalId }) => logicalId.startsWith(statusReader));
  const functions = [
    ...principalsOf(stack).map(({ name, functionArn }) => ({ name, functionArn })),
    { name: statusReader, functionArn: arn(testLocation, "lambda", `function:${status?.name}`) },
  ];
  const others = ["Orders", "token-vending-conferma-sandbox2"];
  return [
    ...functions.flatMap(({ name, functionArn }): AccessAttempt[] => [
      { what: `invoke ${name}`, action: "lambda:InvokeFunction", resource: functionArn },
      {
        what: `invoke a version of ${name}`,
        action: "lambda:InvokeFunction",
        resource: `${functionArn}:1`,
      },
      ...["live", "vend-only", "with-links"].map((alias) => ({
        what: `invoke ${alias} of ${name}`,
        action: "lambda:InvokeFunction",
        resource: `${functionArn}:${alias}`,
      })),
      { what: `read ${name}`, action: "lambda:GetFunction", resource: functionArn },
      { what: `change ${name}`, action: "lambda:UpdateFunctionCode", resource: functionArn },
    ]),
    { what: "list functions", action: "lambda:ListFunctions", resource: "*" },
    ...others.map((name) => ({
      what: `invoke ${name}`,
      action: "lambda:InvokeFunction",
      resource: arn(testLocation, "lambda", `function:${name}`),
    })),
  ];
}

function apiRequests(stack: DeployedStack): AccessAttempt[] {
  const [api] = stack.resourcesOf("AWS::ApiGateway::RestApi");
  const resourcePolicy = api?.properties["Policy"];
  const send = (apiId: string, stage: string, line: string, through?: string): AccessAttempt => {
    const inside = through === endpointId ? "" : ` through ${through ?? "no endpoint"}`;
    const where = `${apiId.startsWith(stackName) ? "" : ` of ${apiId}`}${stage === "live" ? "" : ` at ${stage}`}`;
    return {
      what: `${line}${where}${inside}`,
      action: "execute-api:Invoke",
      resource: arn(testLocation, "execute-api", `${apiId}/${stage}/${line.replace(" ", "")}`),
      context: through ? { "aws:SourceVpce": through } : {},
      resourcePolicy,
    };
  };
  const own = `${stackName}-${api?.logicalId}`;
  const first = `GET /v1/tokens/${clientRealm}/acme`;
  return [
    ...lines.map((line) => send(own, "live", line, endpointId)),
    send(own, "live", first, "vpce-0fedcba9876543210"),
    send(own, "live", first),
    send(own, "test", first, endpointId),
    send("orders", "live", first, endpointId),
  ];
}

const lines = [
  ...[clientRealm, consentRealm, ...otherRealms].flatMap((name) => [
    `GET /v1/tokens/${name}/acme`,
    `GET /v1/tokens/${name}/other`,
    `POST /v1/tokens/${name}/acme/rejections`,
    `POST /v1/tokens/${name}/other/rejections`,
    `POST /v1/tokens/${name}/acme/with-link`,
    `POST /v1/tokens/${name}/other/with-link`,
    `POST /v1/consents/${name}/acme`,
    `GET /v1/consents/${name}/acme/id`,
    `GET /v1/consents/${name}/other/id`,
  ]),
  `DELETE /v1/tokens/${clientRealm}/acme`,
  `POST /v1/tokens/${clientRealm}/acme`,
  `GET /v1/consents/${consentRealm}/acme`,
  "GET /v1/connections",
  "POST /v1/connections",
  "GET /v1",
];

/** What an operator may freeze, and what else could be tried with that permission. */
function freezing(stack: DeployedStack): AccessAttempt[] {
  const { tableArn: resource } = tokenTableOf(stack);
  const written = ["pk", "realm", "frozen", "revision"];
  const attempt = (
    what: string,
    action: string,
    key: string,
    names?: readonly string[],
    more = {},
  ) => ({
    ...{ what, action: `dynamodb:${action}`, resource },
    context: {
      "dynamodb:LeadingKeys": [key],
      ...(names ? { "dynamodb:Attributes": [...names] } : {}),
      ...more,
    },
  });
  const none = { "dynamodb:ReturnValues": "NONE" };
  return frozenKeys.flatMap((key) => [
    attempt(`read the freeze of ${key}`, "GetItem", key, ["pk", "frozen"]),
    attempt(`read freeze and token of ${key}`, "GetItem", key, ["pk", "frozen", "sealed"]),
    attempt(`freeze ${key}`, "UpdateItem", key, written, none),
    attempt(`freeze ${key} and get all`, "UpdateItem", key, written, {
      "dynamodb:ReturnValues": "ALL_OLD",
    }),
    attempt(`write the token of ${key}`, "UpdateItem", key, [...written, "sealed"], none),
    attempt(`write the version of ${key}`, "UpdateItem", key, ["pk", "version"], none),
    attempt(`write ${key}, naming nothing`, "UpdateItem", key, undefined, none),
  ]);
}

function tableReads(stack: DeployedStack): AccessAttempt[] {
  const { tableArn } = tokenTableOf(stack);
  const status = ["pk", "fingerprint", "usableUntil", "failure"];
  const link = ["pk", "account", "begunBy", "expiresAt", "pendingId"];
  const read = (
    what: string,
    action: string,
    resource: string,
    context: ConditionContext,
  ): AccessAttempt => ({
    what,
    action: `dynamodb:${action}`,
    resource,
    context,
  });
  const specific = "SPECIFIC_ATTRIBUTES";
  const keys = ["pk", "realm"];
  const key = { "dynamodb:LeadingKeys": [`${clientRealm}/acme`] };
  return [
    ...["GetItem", "BatchGetItem"].flatMap((action) => [
      read(`${action} status`, action, tableArn, { ...key, "dynamodb:Attributes": status }),
      read(`${action} status and token`, action, tableArn, {
        ...key,
        "dynamodb:Attributes": [...status, "sealed"],
      }),
      read(`${action} refresh token`, action, tableArn, {
        ...key,
        "dynamodb:Attributes": ["pk", "sealedRefresh"],
      }),
      read(`${action} everything`, action, tableArn, key),
      read(`${action} everything, said so`, action, tableArn, {
        ...key,
        "dynamodb:Attributes": ["pk"],
        "dynamodb:Select": "ALL_ATTRIBUTES",
      }),
    ]),
    ...["GetItem", "BatchGetItem"].flatMap((action) => [
      read(`${action} links`, action, tableArn, { ...key, "dynamodb:Attributes": link }),
      read(`${action} links and proofs`, action, tableArn, {
        ...key,
        "dynamodb:Attributes": [...link, "proof"],
      }),
    ]),
    ...["connections", "due"].flatMap((index) => [
      read(`list keys of ${index}`, "Query", `${tableArn}/index/${index}`, {
        "dynamodb:LeadingKeys": [clientRealm],
        "dynamodb:Attributes": keys,
        "dynamodb:Select": specific,
      }),
      read(`list ${index} with tokens`, "Query", `${tableArn}/index/${index}`, {
        "dynamodb:LeadingKeys": [clientRealm],
        "dynamodb:Attributes": [...keys, "sealed"],
        "dynamodb:Select": specific,
      }),
      read(`list all of ${index}`, "Query", `${tableArn}/index/${index}`, {
        "dynamodb:LeadingKeys": [clientRealm],
        "dynamodb:Attributes": keys,
        "dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES",
      }),
      read(`list ${index}, naming nothing`, "Query", `${tableArn}/index/${index}`, {
        "dynamodb:LeadingKeys": [clientRealm],
        "dynamodb:Select": specific,
      }),
      read(`list ${index}, selecting nothing`, "Query", `${tableArn}/index/${index}`, {
        "dynamodb:LeadingKeys": [clientRealm],
        "dynamodb:Attributes": keys,
      }),
    ]),
    read("scan", "Scan", tableArn, { "dynamodb:Attributes": status, "dynamodb:Select": specific }),
    read("query the table", "Query", tableArn, {
      ...key,
      "dynamodb:Attributes": status,
      "dynamodb:Select": specific,
    }),
    read("read another table", "GetItem", arn(testLocation, "dynamodb", "table/Orders"), {
      ...key,
      "dynamodb:Attributes": status,
    }),
    ...["PutItem", "UpdateItem", "DeleteItem"].map((action) =>
      read(action, action, tableArn, { ...key, "dynamodb:Attributes": status }),
    ),
  ];
}

/** What putting a secret takes. */
const frozenKeys = [clientRealm, ...otherRealms].flatMap((realm) =>
  ["acme", "~freeze"].map((end) => `${realm}/${end}`),
);

/** A freeze is part of the status. */
export const readsFreezes = frozenKeys.map((key) => `read the freeze of ${key}`);

export const putsSecrets = [
  "CreateSecret",
  "DescribeSecret",
  "ListSecretVersionIds",
  "PutSecretValue",
  "TagResource",
  "UpdateSecretVersionStage",
];

/** What nobody but a function, or nobody at all, may do with a secret. */
const keptFromAll = [
  "GetSecretValue",
  "DeleteSecret",
  "PutResourcePolicy",
  "ReplicateSecretToRegions",
];

function secretRequests(realm: string): AccessAttempt[] {
  const name = `secret:token-vending/${realm}/default-Ab3dEf`;
  return [...putsSecrets, ...keptFromAll].map((action) => ({
    what: `${action} of ${realm}`,
    action: `secretsmanager:${action}`,
    resource: arn(testLocation, "secretsmanager", name),
  }));
}

/** Resources that only the functions may use. */
function elsewhere(stack: DeployedStack): AccessAttempt[] {
  const [key] = stack.keys;
  return [
    ...[clientRealm, consentRealm, ...otherRealms].flatMap(secretRequests),
    {
      what: "open a token",
      action: "kms:Decrypt",
      resource: arn(testLocation, "kms", `key/${key?.id}`),
      context: { "kms:EncryptionContext:connection": `${clientRealm}/acme` },
      resourcePolicy: key?.properties["KeyPolicy"],
    },
  ];
}
