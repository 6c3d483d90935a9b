import { CfnOutput } from "aws-cdk-lib";
import { InterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import { ApiLogging } from "./api-logging.ts";
import { PrivateEndpoint } from "./private-endpoint.ts";
import { VendingApi } from "./vending-api.ts";

export interface ApiProps {
  /** `private` is reached through interface endpoints only; `none`: callers invoke functions. `private` if unsaid. */
  readonly kind?: "private" | "regional" | "none";
  /** Of a private API: the endpoints of your networks. Without any a network with one is made. */
  readonly endpointIds?: readonly string[];
  /** Whether to let API Gateway write logs, which is a setting of the whole account; true if unsaid. */
  readonly setsAccountLogging?: boolean;
}

/** The API that is wished for, if one is. */
export function createApi(scope: Construct, props: ApiProps): VendingApi | undefined {
  const { kind = "private", endpointIds = [], setsAccountLogging = true } = props;
  if (kind === "none") return undefined;
  const endpoints = () =>
    endpointIds.length > 0
      ? endpointIds.map((vpcEndpointId) => importEndpoint(scope, vpcEndpointId))
      : [new PrivateEndpoint(scope, "Network").endpoint];
  const api = new VendingApi(scope, "VendingApi", {
    endpoints: kind === "private" ? endpoints() : [],
  });
  if (setsAccountLogging) api.stage.node.addDependency(new ApiLogging(scope, "ApiLogging"));
  new CfnOutput(scope, "ApiUrl", { description: "Ask here for tokens", value: api.url });
  return api;
}

function importEndpoint(scope: Construct, vpcEndpointId: string) {
  const attributes = { vpcEndpointId, port: 443 };
  return InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, attributes);
}
