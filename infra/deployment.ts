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

/** Creates both stacks of a deployment. */
export function createStacks(app: App, props: ServiceStackProps): ServiceStack {
  const state = new StateStack(app, stackNames.state, { realms: props.realms });
  const service = new ServiceStack(app, stackNames.service, props);
  service.addStackDependency(state);
  return service;
}
