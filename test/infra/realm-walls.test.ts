import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import type { AccessDecision } from "../access/simulate-access.ts";
import { simulateAccess } from "../access/simulate-access.ts";
import type { AccessCheck } from "./access-checks.ts";
import { accessChecksOf, decisionsOf } from "./access-checks.ts";
import { mutatedRealms } from "./mutating.ts";
import { mutations } from "./mutations.ts";
import {
  eventPublisher,
  kinds,
  outsidersOf,
  principalsOf,
  schedulesOf,
  statusReader,
} from "./principals.ts";
import { renewalMutations } from "./renewal-mutations.ts";
import type { Statement } from "./synthesized.ts";
import { deployed, resourcesIn, synthesized, testLocation } from "./synthesized.ts";

/** Two environments of one provider, one's name a prefix of the other's; and another provider's of the same name. */
const realms: readonly RealmInput[] = [
  {
    provider: "conferma",
    environment: "sandbox",
    tokenUrl: "https://conferma.example/token",
  },
  {
    provider: "conferma",
    environment: "sandbox-2",
    tokenUrl: "https://conferma.example/token",
  },
  { provider: "cfis", environment: "sandbox", apiBaseUrl: "https://cfis.example" },
];

const template = synthesized(realms);
const checks = accessChecksOf(template);
const principals = principalsOf(deployed(template));
const schedules = schedulesOf(deployed(template));

test("each realm is checked, and each check is made once", () => {
  expect(principals.map(({ name }) => name)).toEqual(
    mutatedRealms.flatMap((realm) => kinds.map((kind) => `${kind} ${realm}`)),
  );
  expect(schedules.map(({ realm }) => realm)).toEqual(mutatedRealms);
  const labels = checks.map(({ label }) => label);
  expect(labels).toEqual([...new Set(labels)]);
});

test("each role of the stack is checked, and belongs to one function or schedule", () => {
  const roles = resourcesIn(template, "AWS::IAM::Role")
    .map(([logicalId]) => logicalId)
    // API Gateway's own role, and those of no realm (outsider-walls.test.ts, connection-events.test.ts).
    .filter((logicalId) => !/^(ApiLogging|ListConnections|EventsPublishEvents)/.test(logicalId));
  const checked = [...principals, ...schedules].map(({ roleArn }) => roleArn.split("-").at(-1));
  expect(checked.sort()).toEqual(roles.sort());
});

describe.each([...principals, ...schedules])("$name", (self) => {
  const mine = checks.filter(({ principal }) => principal === self.roleArn);
  const rules = mine.map((check): [string, AccessCheck] => {
    const { label, expected } = check;
    return [`is ${expected} ${label.replace(`${self.name}: `, "")}`, check];
  });

  test.each(rules)("%s", async (_, check) => {
    expect((await decisionsOf([check])).get(check.label)).toBe(check.expected);
  });
});

describe("the checks detect that", () => {
  let before: ReadonlyMap<string, AccessDecision>;
  beforeAll(async () => {
    before = await decisionsOf(checks);
  });

  test.each([...mutations, ...renewalMutations])("$name", async ({ change, flips }) => {
    const changed = structuredClone(template);
    change(changed);
    const after = await decisionsOf(accessChecksOf(changed));
    expect(flipped(before, after)).toEqual(expanded(flips, before));
  });
});

/** Used by Lambda itself and by the scheduler, not by the functions' code. */
const usedByAws = [
  ...["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
    (action) => `dynamodb:${action}`,
  ),
  "lambda:InvokeFunction",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "sqs:SendMessage",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

/** Granted only in realms of consents (consent-walls.test.ts). */
const usedForConsents = ["dynamodb:DeleteItem"];

test("exactly the actions that are used are granted", () => {
  const ofAllRealms = outsidersOf(deployed(template), [statusReader, `${eventPublisher}Role`]);
  const granted = [...principals, ...schedules, ...ofAllRealms].flatMap(({ policies }) =>
    policies.flatMap(({ policy }) =>
      (policy as { Statement: Statement[] }).Statement.flatMap(({ Action }) => Action),
    ),
  );
  const used = usedByFunctions().filter((action) => !usedForConsents.includes(action));
  expect([...new Set(granted)].sort()).toEqual([...used, ...usedByAws].sort());
});

describe("a request that cannot be simulated throws instead of being denied:", () => {
  const request = {
    principal: "arn:aws:iam::111122223333:role/reader",
    policies: [],
    action: "dynamodb:GetItem",
    resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/Tokens",
    context: {},
  };

  test.each([
    ["an action that does not exist", { action: "dynamodb:TransactWriteItems" }],
    ["a resource of another service", { resource: "arn:aws:s3:::bucket" }],
    ["a key that the action does not have", { context: { "dynamodb:FullTableScan": "true" } }],
    ["a policy with a mistake", { policies: [{ name: "p", policy: { Statement: [{}] } }] }],
    ["a resource with a wildcard", { resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/*" }],
  ])("%s", async (_, part) => {
    await expect(simulateAccess({ ...request, ...part })).rejects.toThrow(
      /GetItem|TransactWriteItems/,
    );
  });

  test("a valid request is denied", async () => {
    await expect(simulateAccess(request)).resolves.toBe("denied");
  });

  test.each([
    ["a policy of AWS's own", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/X"]],
    ["a boundary", "PermissionsBoundary", "arn:aws:iam::aws:policy/X"],
  ])("%s", (_, property, value) => {
    const changed = structuredClone(template);
    for (const [, { Properties }] of resourcesIn(changed, "AWS::IAM::Role")) {
      Properties[property] = value;
    }
    expect(() => accessChecksOf(changed)).toThrow(/not known here|not read here/);
  });
});

describe("an encryption context is compared", () => {
  const contextKey = "kms:EncryptionContext:connection";
  const key = `arn:aws:kms:${testLocation.region}:${testLocation.accountId}:key/sealing`;
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: key,
        Condition: { StringLike: { [contextKey]: "conferma/sandbox/*" } },
      },
    ],
  };
  const resourcePolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${testLocation.accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  };

  test.each<[string, Record<string, string>, AccessDecision]>([
    ["its own", { [contextKey]: "conferma/sandbox/acme" }, "allowed"],
    ["another", { [contextKey]: "conferma/sandbox-2/acme" }, "denied"],
    ["another name", { "kms:EncryptionContext:account": "conferma/sandbox/acme" }, "denied"],
    ["none", {}, "denied"],
  ])("%s", async (_, context, expected) => {
    const answer = await simulateAccess({
      principal: `arn:aws:iam::${testLocation.accountId}:role/sealer`,
      policies: [{ name: "seals", policy }],
      action: "kms:Decrypt",
      resource: key,
      context,
      resourcePolicy,
    });
    expect(answer).toBe(expected);
  });
});

type Answers = ReadonlyMap<string, AccessDecision>;

function flipped(before: Answers, after: Answers): string[] {
  const all = [...new Set([...before.keys(), ...after.keys()])];
  return all.filter((label) => before.get(label) !== after.get(label)).sort();
}

function expanded(flips: readonly (string | RegExp)[], before: Answers): string[] {
  const denied = [...before].flatMap(([label, answer]) => (answer === "denied" ? [label] : []));
  const labels = flips.flatMap((flip) =>
    typeof flip === "string" ? flip : denied.filter((label) => flip.test(label)),
  );
  return [...new Set(labels)].sort();
}

/** `GetItemCommand` of `@aws-sdk/client-dynamodb` is `dynamodb:GetItem`. */
/** Of a service whose actions IAM does not call by its name. */
const iamPrefixes: Readonly<Record<string, string>> = { eventbridge: "events" };

function usedByFunctions(): string[] {
  const folder = path.join(import.meta.dirname, "../../functions");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sent = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(path.join(folder, file), "utf8").matchAll(
        /import \{([^}]*)\} from "@aws-sdk\/client-([\w-]+)"/g,
      ),
    ])
    .flatMap(([, names = "", client = ""]) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(
        ([, name]) => `${iamPrefixes[client] ?? client.replaceAll("-", "")}:${name}`,
      ),
    );
  return [...new Set(sent)].sort();
}
