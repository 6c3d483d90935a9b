import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { Row, RowContext } from "./access-row.ts";
import { stackName, testLocation } from "./synthesized.ts";

/** The actions that sealing and opening a token need, within the realm's own encryption context. */
export const sealingActions: readonly string[] = ["kms:GenerateDataKey", "kms:Decrypt"];

/** The condition key of the encryption context's `connection`. */
const contextKey = "kms:EncryptionContext:connection";

const useActions = ["kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:ReEncryptFrom"];

const administration = [
  "kms:CreateGrant",
  "kms:PutKeyPolicy",
  "kms:DisableKey",
  "kms:ScheduleKeyDeletion",
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:UpdateAlias",
];

/** Delegates to the policies of the account's roles, as the key policy that CDK generates does. */
const delegatingKeyPolicy = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:${testLocation.partition}:iam::${testLocation.accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  ],
};

export function keyRows({ stack, self, foreignRealms }: RowContext): Row[] {
  const { keyArn, keyPolicy } = sealingKey(stack);
  const otherKey = arn(testLocation, "kms", "key/11112222-3333-4444-5555-666677778888");
  const own = `${self.realm}/acme`;
  const foreign = foreignRealms.map((realm) => `${realm}/acme`);
  const row = (action: string, what: string, key: string, connection?: string): Row => {
    // It seals proofs of links, and opens nothing.
    const isOpening = action === "kms:Decrypt" && self.kind === "BeginConsent";
    const isSealing = sealingActions.includes(action) && !isOpening;
    const isOwnUse = isSealing && key === keyArn && connection === own;
    const context = connection === undefined ? {} : { [contextKey]: connection };
    const policy = key === keyArn ? keyPolicy : delegatingKeyPolicy;
    return [isOwnUse ? "allowed" : "denied", action, what, key, context, policy];
  };
  return [
    ...useActions.flatMap((action) => [
      row(action, own, keyArn, own),
      ...[...foreign, self.realm, `${self.realm}-3/acme`, `x/${own}`].map((connection) =>
        row(action, connection, keyArn, connection),
      ),
      row(action, "no context", keyArn),
      row(action, `another key ${own}`, otherKey, own),
    ]),
    ...administration.map((action) => row(action, "the key", keyArn)),
  ];
}

/** The stack's key, or a made-up one for a stack without a key. */
function sealingKey(stack: DeployedStack) {
  const [key] = stack.resourcesOf("AWS::KMS::Key");
  return {
    keyArn: arn(testLocation, "kms", `key/${key ? `${stackName}-${key.logicalId}` : "sealing"}`),
    keyPolicy: key?.properties["KeyPolicy"] ?? delegatingKeyPolicy,
  };
}
