import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";

/** All that administers a key. No CreateGrant: a grant could allow to decrypt anything. */
const administration = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/**
 * What the policies of the account's own roles may allow: administration, and use within a connection's encryption
 * context. Even a role with `kms:*` can use the key in no other way.
 */
export function sealingKeyPolicy(): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: "Administration",
        // The account, because without it nobody could ever change this policy (KMS: "unmanageable key").
        principals: [new AccountRootPrincipal()],
        actions: administration,
        resources: ["*"],
      }),
      new PolicyStatement({
        sid: "SealingTokens",
        // The account, because the roles are in another stack, which is deployed later and may be deleted.
        principals: [new AccountRootPrincipal()],
        actions: ["kms:GenerateDataKey", "kms:Decrypt"],
        resources: ["*"],
        conditions: { StringLike: { "kms:EncryptionContext:connection": "*/*/*" } },
      }),
    ],
  });
}
