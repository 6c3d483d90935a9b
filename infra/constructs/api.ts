import { CfnOutput } from "aws-cdk-lib";
import { InterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import type { CoreParameters } from "./core-parameters.ts";
import { PrivateEndpoint } from "./private-endpoint.ts";
import { VendingApi } from "./vending-api.ts";

export interface ApiProps {
  /** `private` (the default): reached through VPC endpoints only. `none`: no API, callers invoke the functions. */
  readonly kind?: "private" | "regional" | "none";
  /** The VPC endpoints of a private API. If empty, a VPC with one endpoint is created. */
  readonly endpointIds?: readonly string[];
  /** Whether to let API Gateway write logs (default true). This is a setting of the whole account. */
  readonly setsAccountLogging?: boolean;
}

/** Creates the API, unless it is disabled. */
export function createApi(
  scope: Construct,
  parameters: CoreParameters,
  { kind = "private", endpointIds = [] }: ApiProps,
): VendingApi | undefined {
  if (kind === "none") return undefined;
  const endpoints = () =>
    endpointIds.length > 0
      ? endpointIds.map((vpcEndpointId) => importEndpoint(scope, vpcEndpointId))
      : [new PrivateEndpoint(scope, "Network").endpoint];
  const api = new VendingApi(scope, "VendingApi", {
    endpoints: kind === "private" ? endpoints() : [],
    parameters,
  });
  new CfnOutput(scope, "ApiUrl", { description: "The API's base address", value: api.url });
  return api;
}

function importEndpoint(scope: Construct, vpcEndpointId: string) {
  const attributes = { vpcEndpointId, port: 443 };
  return InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, attributes);
}
