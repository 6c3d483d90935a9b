import type { App } from "aws-cdk-lib";
import type { TokenVendingProps } from "./constructs/token-vending.ts";
import { ServiceStack } from "./stacks/service-stack.ts";
import { StateStack } from "./stacks/state-stack.ts";

/** Names of the stacks, in the order in which they are deployed. */
export const stackNames = { state: "TokenVendingState", service: "TokenVending" } as const;

/** Both stacks of a deployment. */
export function deploy(app: App, props: Omit<TokenVendingProps, "state">): ServiceStack {
  const { state } = new StateStack(app, stackNames.state, { realms: props.realms });
  return new ServiceStack(app, stackNames.service, { ...props, state });
}
