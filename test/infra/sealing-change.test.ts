import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../functions/platform/environment.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import { oneOfEachKind } from "./example-realms.ts";
import type { Statement } from "./synthesized.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const previousKeyArn =
  "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("while the sealing is changed", () => {
  const changed = { sealingChange: { previousKeyArn, layout: "1" } } as const;
  const template = synthesized(oneOfEachKind, changed);
  const { functions } = deployed(template);
  const ofRealms = functions.filter(({ environment }) => environment["REALM"]);

  test("every function of a realm knows the previous key and the layout", () => {
    expect(ofRealms.length).toBeGreaterThan(0);
    for (const { environment } of ofRealms) {
      const { sealingKey, sealingLayout } = readEnvironment(environment, readRealm);
      expect(sealingKey).toMatchObject({ previousArn: previousKeyArn });
      expect(sealingLayout).toBe(1);
    }
  });

  test("it may decrypt under the previous key what belongs to its realm, and seal nothing", () => {
    const statements = resourcesIn(template, "AWS::IAM::Policy").flatMap(
      ([, { Properties }]) =>
        Object(Properties?.["PolicyDocument"]).Statement.filter(
          ({ Resource }: Statement) => Resource === previousKeyArn,
        ) as Statement[],
    );
    const opening = ofRealms.filter(({ logicalId }) => !logicalId.includes("BeginConsent"));
    expect(statements).toHaveLength(opening.length);
    for (const { Action, Condition } of statements) {
      expect(Action).toBe("kms:Decrypt");
      const connections = Condition?.["StringLike"]?.["kms:EncryptionContext:connection"];
      expect(connections).toMatch(/^[\w-]+\/[\w-]+\/\*$/);
      expect(Condition?.["Null"]).toEqual({ "kms:EncryptionContext:connection": "false" });
    }
  });
});

test("otherwise no function knows another key or layout", () => {
  const { functions } = deployed(synthesized(oneOfEachKind));
  for (const { environment } of functions) {
    expect(Object.keys(environment)).not.toContain("PREVIOUS_SEALING_KEY");
    expect(Object.keys(environment)).not.toContain("SEALING_LAYOUT");
  }
});
