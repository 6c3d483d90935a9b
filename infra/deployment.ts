import type { App } from "aws-cdk-lib";
import type { ServiceStackProps } from "./stacks/service-stack.ts";
import { ServiceStack } from "./stacks/service-stack.ts";
import { StateStack } from "./stacks/state-stack.ts";

/** In the order in which the stacks are deployed. */
export const stackNames = {
  state: "TokenVendingState",
  service: "TokenVending",
  example: "TokenVendingExample",
} as const;

/** Creates both stacks of a deployment. The state can never be deleted by mistake. */
export function createStacks(app: App, props: ServiceStackProps): ServiceStack {
  const { realms, env } = props;
  const state = new StateStack(app, stackNames.state, {
    realms,
    terminationProtection: true,
    ...(env && { env }),
  });
  const service = new ServiceStack(app, stackNames.service, props);
  service.addStackDependency(state);
  return service;
}
