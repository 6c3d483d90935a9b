import { Duration } from "aws-cdk-lib";
import { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { CfnQueue } from "aws-cdk-lib/aws-sqs";
import { expect, test } from "vitest";
import cdk from "../../cdk.json" with { type: "json" };
import { addNagChecks } from "../../infra/cdk-nag.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { synthesizedStacks } from "./synthesized.ts";

const { context } = cdk;
const timeout = Duration.minutes(3).toMilliseconds();

test("a realm of each kind passes the rules of AwsSolutions, Serverless and CDK", {
  timeout,
}, () => {
  synthesizedStacks(oneOfEachKind, { context, add: (_, app) => addNagChecks(app) });
});

test("a regional API passes them as well", { timeout }, () => {
  const api = { kind: "regional", setsAccountLogging: false } as const;
  synthesizedStacks(oneOfEachKind.slice(0, 1), {
    api,
    context,
    add: (_, app) => addNagChecks(app),
  });
});

test("a firewall and a domain in front of the consent pages, and canaries, pass them as well", {
  timeout,
}, () => {
  const [, , consents] = oneOfEachKind;
  const certificateArn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234";
  const domain = { name: "consent.example.com", certificateArn, hostedZoneId: "Z0123456789" };
  if (!consents) throw new Error("There is no realm of consents.");
  synthesizedStacks([consents], {
    api: { kind: "none" },
    consents: { firewall: true, baseUrl: `https://${domain.name}`, domain },
    deployment: "canary",
    context,
    add: (_, app) => addNagChecks(app),
  });
});

test("a resource that breaks a rule of a pack fails the synthesis", { timeout }, () => {
  const planted = once(() =>
    synthesizedStacks(oneOfEachKind.slice(0, 1), {
      context,
      api: { kind: "none" },
      add({ coreStack }, app) {
        new CfnQueue(coreStack, "Planted");
        new CfnFunction(coreStack, "Old", {
          code: { zipFile: "" },
          handler: "index.handler",
          role: "arn:aws:iam::111122223333:role/old",
          runtime: "nodejs12.x",
        });
        addNagChecks(app);
      },
    }),
  );
  for (const rule of ["AwsSolutions-SQS4", "Serverless-LambdaTracing", "Validate::E2533"]) {
    expect(planted).toThrow(rule);
  }
});

/** Runs once, because a synthesis is slow, and then throws the same error on each call. */
function once(fail: () => unknown): () => void {
  let error: unknown;
  try {
    fail();
  } catch (thrown) {
    error = thrown;
  }
  return () => {
    if (error) throw error;
  };
}
