import type { DeployedStack } from "../../local/aws/template/template.ts";

/** Resource policies that may deny but must not allow, because no access check covers what they allow. */
const denyOnly = ["AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"];

/** Throws if a resource has a policy that grants access and that no access check covers. */
export function refuseResourceGrants(stack: DeployedStack): void {
  for (const { logicalId, properties } of stack.tables) {
    // A table's policy also covers its indexes; a stream and each replica may have one too.
    if (/"ResourcePolicy":/.test(JSON.stringify(properties))) {
      throw new Error(`${logicalId} has a policy of its own, which is not read here.`);
    }
  }
  for (const { logicalId, properties } of denyOnly.flatMap((type) => stack.resourcesOf(type))) {
    const { Statement } = Object(properties["PolicyDocument"]);
    if ([Statement].flat().some(({ Effect }) => Effect !== "Deny")) {
      throw new Error(`${logicalId} allows something, which is not read here.`);
    }
  }
}
