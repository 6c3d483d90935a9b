import type { DeployedStack } from "../../local/aws/template/template.ts";

/** Policies of resources, which may deny and must not allow: what they allowed would be asked of nobody. */
const denyOnly = ["AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"];

/** Throws where a resource lets somebody in by a policy of its own that no question is put to. */
export function refuseResourceGrants(stack: DeployedStack): void {
  for (const { logicalId, properties } of stack.tables) {
    // The table's speaks for its indexes as well; a stream and each replica may have one too.
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
