import type { ServerResponse } from "node:http";
import type { DeployedResource, DeployedStack } from "../template/template.ts";
import { failAt } from "../template/template-shape.ts";
import type { GatewayError } from "./gateway-error.ts";
import { responseTypes, sendGatewayError } from "./gateway-error.ts";

/** Sends API Gateway's errors, customized by the template's `GatewayResponse` resources. */
export function gatewayResponses(
  deployed: Pick<DeployedStack, "resourcesOf">,
): (response: ServerResponse, error: GatewayError) => void {
  const responses = deployed.resourcesOf("AWS::ApiGateway::GatewayResponse").map(readResponse);
  const byType = new Map(responses.map((each) => [each.type, each]));
  return (response, error) => {
    const custom = byType.get(error.responseType);
    if (!custom) return sendGatewayError(response, error);
    const headers = { "x-amzn-ErrorType": error.type, ...custom.headers };
    response.writeHead(custom.status ?? error.status, headers).end(custom.body);
  };
}

interface ResponseProperties {
  readonly ResponseType?: string;
  readonly StatusCode?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

function readResponse({ logicalId, properties }: DeployedResource) {
  const at = `Resources.${logicalId}`;
  const { ResponseType: type = "", StatusCode, ...rest } = properties as ResponseProperties;
  if (!responseTypes.includes(type)) failAt(at, `the response ${type} is not supported`);
  const body = rest.ResponseTemplates?.["application/json"] ?? "";
  if (body.includes("$")) failAt(at, "variables in templates are not supported");
  const headers = Object.entries(rest.ResponseParameters ?? {}).map(([name, value]) => {
    const [, header] = /^gatewayresponse\.header\.(.+)$/.exec(name) ?? [];
    const [, text] = /^'(.*)'$/.exec(value) ?? [];
    if (!header || text === undefined) failAt(at, `${name}: ${value} is not supported`);
    return [header, text];
  });
  return {
    type,
    body,
    status: StatusCode === undefined ? undefined : Number(StatusCode),
    headers: { "Content-Type": "application/json", ...Object.fromEntries(headers) },
  };
}
