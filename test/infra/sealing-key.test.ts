import { expect, test } from "vitest";
import { readEnvironment } from "../../functions/platform/environment.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import { realms } from "../../infra/realms.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(realms);
const { functions, keys } = deployed(template);

test("the sealing key is the only key, is rotated, and is retained like the table", () => {
  const resources = resourcesIn(template, "AWS::KMS::Key").map(([, resource]) => resource);
  expect(resources).toMatchObject([
    {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    },
  ]);
});

test("every function of a realm has the key's ARN in its environment", () => {
  const arn = `arn:aws:kms:eu-west-1:111122223333:key/${keys[0]?.id}`;
  const ofRealms = functions.filter(({ environment }) => environment["REALM"]);
  expect(ofRealms.length).toBeGreaterThan(0);
  for (const { environment } of ofRealms) {
    expect(readEnvironment(environment, readRealm).sealingKey).toEqual({
      kind: "kms",
      arn,
      previousArn: null,
    });
  }
});

test("a deployment has no parameter for a key", () => {
  expect(Object.keys(template.Parameters ?? {})).toEqual(["BootstrapVersion"]);
});
