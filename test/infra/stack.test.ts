import type { DynamoDBClient, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { realmName } from "../../functions/model/connection.ts";
import { maxDeadlineMs } from "../../functions/model/time-limits.ts";
import { readEnvironment, readStatusEnvironment } from "../../functions/platform/environment.ts";
import { readRealm, readRealmSummaries } from "../../functions/providers/catalogue.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { leaseMs } from "../../functions/vending/issuing/lease.ts";
import { realms } from "../../infra/realms.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { RawTemplate, Statement } from "./synthesized.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(realms);
const stack = deployed(template);
const [table] = stack.tables;
const functions = stack.functions.map((deployedFunction) => {
  const { properties = {} } =
    stack
      .resourcesOf("AWS::Lambda::Function")
      .find(({ logicalId }) => logicalId === deployedFunction.logicalId) ?? {};
  return { ...deployedFunction, properties };
});
const vending = functions.filter(({ logicalId }) => logicalId.includes("VendToken"));

test("each realm has its vending function", () => {
  expect(vending.map(({ environment }) => JSON.parse(environment["REALM"] ?? ""))).toEqual(realms);
});

test("vending ends before API Gateway gives up", () => {
  for (const { timeoutMs } of vending) expect(timeoutMs).toBeLessThan(29_000);
});

describe.each(functions)("$logicalId", ({ logicalId, properties, environment, ...settings }) => {
  test("runs ESM on Node 24 and arm64", () => {
    expect(settings).toMatchObject({ runtime: "nodejs24.x", handler: "index.handler" });
    expect(properties["Architectures"]).toEqual(["arm64"]);
  });

  test("has time for the longest lease", () => {
    const longestLeaseMs = leaseMs({ deadlineMs: maxDeadlineMs, marginMs: 0 });
    expect(settings.timeoutMs).toBeGreaterThan(longestLeaseMs);
  });

  test("has a valid environment, with its own realm and the one table", () => {
    if (!environment["REALM"]) {
      const status = readStatusEnvironment(environment, readRealmSummaries);
      expect(status.realms.map(realmName)).toEqual(realms.map(realmName));
      expect(status.tableName).toBe(table?.name);
      return;
    }
    const { realm, secretPrefix, tableName } = readEnvironment(environment, readRealm);
    expect(secretPrefix).toBe(`token-vending/${realm.provider}/${realm.environment}/`);
    expect(tableName).toBe(table?.name);
  });

  test("has no variable that nothing reads", () => {
    const isConsentRealm = /^(centrapayuser|connectpay)/.test(logicalId);
    const makesLinks = isConsentRealm && /Consents|VendToken/.test(logicalId);
    const ofConsents = makesLinks ? ["CONSENT_BASE_URL"] : [];
    // The command line's doctor reads which release it is.
    const names = environment["REALM"]
      ? [...ofConsents, "REALM", "RELEASE", "SEALING_KEY", "SECRET_PREFIX", "TABLE_NAME"]
      : [...(environment["EVENT_BUS"] ? ["EVENT_BUS"] : []), "REALMS", "RELEASE", "TABLE_NAME"];
    expect(environment["RELEASE"]).toBe(packageJson.version);
    expect(Object.keys(environment).sort()).toEqual(names);
  });

  test("fits its variables into the 4 KB that Lambda has for them", () => {
    const bytes = Object.entries(environment).map(([name, value]) =>
      Buffer.byteLength(name + value),
    );
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(4096);
  });

  test("writes to a log group of its own, which has a retention", () => {
    const { LogGroup } = properties["LoggingConfig"] as { LogGroup: string };
    const users = functions.filter(({ properties: { LoggingConfig } }) =>
      JSON.stringify(LoggingConfig).includes(`"${LogGroup}"`),
    );
    expect(users.map((user) => user.logicalId)).toEqual([logicalId]);
    const groups = stack.resourcesOf("AWS::Logs::LogGroup");
    const group = groups.find(({ properties: { LogGroupName } }) => LogGroupName === LogGroup);
    expect(LogGroup).toBe(`/aws/lambda/${settings.name}`);
    expect(group?.properties["RetentionInDays"]).toBeGreaterThanOrEqual(30);
    expect(group?.properties["RetentionInDays"]).toBeLessThanOrEqual(400);
  });
});

describe("the table of tokens", () => {
  const [[logicalId, resource] = []] = resourcesIn(template, "AWS::DynamoDB::Table");

  test("is the only one", () => {
    expect(stack.tables.map((one) => one.logicalId)).toEqual([logicalId]);
  });

  test("is kept when the stack is deleted or the table replaced, and cannot be deleted by hand", () => {
    expect(resource).toMatchObject({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { DeletionProtectionEnabled: true },
    });
  });

  test("has point-in-time recovery", () => {
    expect(table?.properties["PointInTimeRecoverySpecification"]).toMatchObject({
      PointInTimeRecoveryEnabled: true,
    });
  });

  test("expires pending consents by the attribute that their store writes", async () => {
    const sent: UpdateItemCommandInput[] = [];
    const send = async ({ input }: { input: UpdateItemCommandInput }) => {
      sent.push(input);
      return { Attributes: { account: { S: "jo" }, expiresAt: { N: "0" } } };
    };
    const client = { send } as unknown as DynamoDBClient;
    const realm = { provider: "connectpay", environment: "stage" } as const;
    const expiresAt = new Date("2026-11-20T10:10:00.001Z");
    const pending = { id: "a", account: "jo", expiresAt, browser: null, proof: null };
    await dynamoDbPendingConsents(client, "Tokens", realm).add(pending, AbortSignal.any([]));

    const attribute = table?.properties["TimeToLiveSpecification"];
    expect(attribute).toEqual({ AttributeName: "ttl", Enabled: true });
    expect(sent[0]?.ExpressionAttributeNames).toMatchObject({ "#ttl": "ttl" });
    // In seconds, rounded up.
    const seconds = String(Date.parse("2026-11-20T10:10:01Z") / 1000);
    expect(sent[0]?.ExpressionAttributeValues).toMatchObject({ ":ttl": { N: seconds } });
  });

  test("is billed per request, and has the key that the store uses", () => {
    expect(table?.properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    });
    expect(table?.properties["AttributeDefinitions"]).toContainEqual({
      AttributeName: "pk",
      AttributeType: "S",
    });
  });
});

/** The actions that are granted on every resource, with the reason. */
const everywhere = {
  "the names of log groups": ["logs:DescribeLogGroups"],
  "the ARNs of streams": ["dynamodb:ListStreams"],
  "traces have no resource": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
};

describe("no policy", () => {
  const statements = identityStatements(template);

  test("is missed: each function has one", () => {
    expect(statements.length).toBeGreaterThanOrEqual(functions.length);
  });

  test("has a wildcard action", () => {
    const wide = statements.filter(({ Action }) =>
      [Action].flat().some((action) => /[*?]/.test(action)),
    );
    expect(wide).toEqual([]);
  });

  test("has a wildcard resource without a reason", () => {
    const wide = statements.filter(({ Resource }) => [Resource].flat().includes("*"));
    const actions = wide.flatMap(({ Action }) => Action);
    expect([...new Set(actions)].sort()).toEqual(Object.values(everywhere).flat().sort());
  });

  test("uses NotAction, NotResource or NotPrincipal", () => {
    const turned = statements.filter((statement) => /"Not\w+":/.test(JSON.stringify(statement)));
    expect(turned).toEqual([]);
  });

  test("managed by AWS is attached: those have wildcard resources", () => {
    const attached = resourcesIn(template, "AWS::IAM::Role").flatMap(
      ([, { Properties }]) => Properties["ManagedPolicyArns"] ?? [],
    );
    expect(attached).toEqual([]);
  });
});

test("a function can be invoked only by API Gateway, for its own paths", () => {
  const permissions = stack
    .resourcesOf("AWS::Lambda::Permission")
    .map(({ properties }) => properties);
  for (const { Principal, Action, FunctionName, SourceArn } of permissions) {
    expect([Principal, Action]).toEqual(["apigateway.amazonaws.com", "lambda:InvokeFunction"]);
    const called = functions.find(({ name }) =>
      new RegExp(`:${name}(:live|:with-links)?$`).test(String(FunctionName)),
    );
    const { provider, environment } = JSON.parse(called?.environment["REALM"] ?? "{}");
    const realm = `${provider}/${environment}`;
    const paths = [
      `/v1/tokens/${realm}/*`,
      `/v1/tokens/${realm}/*/rejections`,
      `/v1/tokens/${realm}/*/with-link`,
      `/v1/consents/${realm}/*`,
      `/v1/consents/${realm}/*/*`,
      `/consent/${realm}/{link}`,
      `/callback/${realm}`,
      ...(provider ? [] : ["/v1/connections"]),
    ];
    const [, path] = /\/(?:live\/(?:GET|POST)|\*\/\*)(\/.*)$/.exec(String(SourceArn)) ?? [];
    expect(paths).toContain(path);
    // By this alias the function knows who may have a link.
    expect(String(FunctionName).endsWith(":with-links")).toBe(path?.endsWith("/with-link"));
  }
  expect(permissions.length).toBeGreaterThan(2 * realms.length);
});

test("no function has a function URL", () => {
  expect(resourcesIn(template, "AWS::Lambda::Url")).toEqual([]);
});

describe("no secret is in the template:", () => {
  /** The value of a secret that nobody has filled in yet. */
  const empty = /^SecretString$|^\{"\w+":""(,"\w+":"")*\}$/;
  /** The name of an alarm on a window of time. */
  const windowAlarm = /^token-vending-[\w-]+-availability-[\dhmd-]+$/;
  /** Patterns of keys, tokens and passwords. The hash of an asset is longer. */
  const secretLike: Readonly<Record<string, RegExp>> = {
    "a JSON web token": /eyJ[\w-]{10,}\.[\w-]+/,
    "a private key": /-----BEGIN/,
    "an access key of AWS": /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
    "an authorization header": /\b(Bearer|Basic) [\w+/=.-]{8,}/i,
    "a key that seals": /local:[A-Za-z0-9+/]{43}=/,
    "a long random word": /(?<![\w/+-])(?=[\w+-]*\d)(?=[\w+-]*[a-z])[\w+-]{28,63}(?![\w/+-])/,
    "a secret's value": /^SecretString$|(^|")(\w*password|client_?secret|api_?key)(\\*"\s*:|$)/i,
  };

  test.each(Object.entries(secretLike))("%s", (_, pattern) => {
    const texts = textsOf(template).filter(
      (text) => pattern.test(text) && !empty.test(text) && !windowAlarm.test(text),
    );
    expect(texts).toEqual([]);
  });

  test.each([
    ["a JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"],
    ["an authorization header", "Basic Y2xpZW50OnNlY3JldA=="],
    ["a key that seals", `local:${Buffer.alloc(32, 7).toString("base64")}`],
    ["a long random word", "sk8f7a6s5d4f3g2h1j0k9l8m7n6b5v4c3x2z"],
    ["a secret's value", '{"clientSecret":"x"}'],
  ])("%s is noticed, in a realm's extra header", (kind, value) => {
    const [first] = realms;
    if (!first) throw new Error("There is no realm.");
    const planted = synthesized([{ ...first, extraHeaders: { "x-planted": value } }]);
    const pattern = secretLike[kind];
    expect(textsOf(planted).filter((text) => pattern?.test(text))).not.toEqual([]);
  });

  test("a secret parameter has no default, and is not echoed", () => {
    for (const [name, { NoEcho, Default }] of Object.entries(template.Parameters ?? {})) {
      if (name === "BootstrapVersion") continue;
      expect({ name, NoEcho, Default }).toEqual({ name, NoEcho: true, Default: undefined });
    }
  });
});

/** Every string of the template, keys included, except its logical ids. */
function textsOf({ Resources, Outputs, Parameters }: RawTemplate): string[] {
  const ids = new Set(Object.keys({ ...Resources, ...Outputs, ...Parameters }));
  return textsIn({ Resources, Outputs, Parameters }).filter((text) => !ids.has(text));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsIn(member)]);
}

function identityStatements(of: RawTemplate): Statement[] {
  const documents = [
    ...[...resourcesIn(of, "AWS::IAM::Policy"), ...resourcesIn(of, "AWS::IAM::ManagedPolicy")].map(
      ([, { Properties }]) => Properties["PolicyDocument"],
    ),
    ...resourcesIn(of, "AWS::IAM::Role").flatMap(([, { Properties }]) =>
      ((Properties["Policies"] ?? []) as { PolicyDocument: unknown }[]).map(
        ({ PolicyDocument }) => PolicyDocument,
      ),
    ),
  ];
  return documents.flatMap((document) => Object(document).Statement);
}
