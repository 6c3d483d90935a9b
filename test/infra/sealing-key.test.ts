import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../functions/platform/environment.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import { realms } from "../../infra/realms.ts";
import { simulateAccess } from "../access/simulate-access.ts";
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

describe("the key's policy limits even a role with kms:*", () => {
  const [key] = keys;
  const resource = `arn:aws:kms:eu-west-1:111122223333:key/${key?.id}`;
  const everything = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "kms:*", Resource: "*" }],
  };
  const decision = (action: string, connection?: string, accountId = "111122223333") =>
    simulateAccess({
      principal: `arn:aws:iam::${accountId}:role/administrator`,
      policies: [{ name: "everything", policy: everything }],
      action,
      resource,
      context: connection ? { "kms:EncryptionContext:connection": connection } : {},
      resourcePolicy: key?.properties["KeyPolicy"],
    });

  test.each([
    ...["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant", "kms:Decrypt"],
    ...["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateMac"],
    ...["kms:Sign", "kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:DeleteImportedKeyMaterial"],
  ])("without a connection it denies %s", async (action) => {
    expect(await decision(action)).toBe("denied");
  });

  test.each(["kms:Encrypt", "kms:ReEncryptFrom", "kms:CreateGrant"])(
    "it denies %s for a connection too",
    async (action) => expect(await decision(action, "conferma/sandbox/default")).toBe("denied"),
  );

  test.each(["kms:Decrypt", "kms:GenerateDataKey"])("%s requires a connection", async (action) => {
    expect(await decision(action, "conferma/sandbox/default")).toBe("allowed");
    expect(await decision(action, "conferma/sandbox")).toBe("denied");
    expect(await decision(action, "conferma/sandbox/default", "999988887777")).toBe("denied");
  });

  test.each([
    ...["kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:PutKeyPolicy"],
    ...["kms:CancelKeyDeletion", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion"],
  ])("it lets the account administer the key: %s", async (action) => {
    expect(await decision(action)).toBe("allowed");
  });
});

test("a deployment has no parameter for a key", () => {
  expect(Object.keys(template.Parameters ?? {})).toEqual(["BootstrapVersion"]);
});
