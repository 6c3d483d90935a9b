import { Stack } from "aws-cdk-lib";
import type { CfnMethodProps } from "aws-cdk-lib/aws-apigateway";
import { CfnMethod } from "aws-cdk-lib/aws-apigateway";
import { CfnPermission } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { ApiRoute } from "./api-route.ts";
import { apiStageName } from "./api-route.ts";

interface MethodPlace {
  readonly restApiId: string;
  readonly resourceId: string;
}

/**
 * Adds a method to a path of another stack's REST API, and lets API Gateway invoke the function for that path only. CDK's
 * own construct knows neither the paths nor the stage of an imported API.
 */
export function addRestMethod(
  scope: Construct,
  { restApiId, resourceId }: MethodPlace,
  { method, path, handler }: Pick<ApiRoute, "method" | "path" | "handler">,
  settings: Omit<CfnMethodProps, "httpMethod" | "integration" | "restApiId" | "resourceId">,
): void {
  const id = `${method} ${path}`;
  const uri = Stack.of(scope).formatArn({
    service: "apigateway",
    account: "lambda",
    resource: "path/2015-03-31/functions",
    resourceName: `${handler.functionArn}/invocations`,
  });
  new CfnMethod(scope, id, {
    ...{ ...settings, restApiId, resourceId, httpMethod: method },
    integration: { type: "AWS_PROXY", integrationHttpMethod: "POST", uri },
  });
  new CfnPermission(scope, `${id} by API Gateway`, {
    action: "lambda:InvokeFunction",
    principal: "apigateway.amazonaws.com",
    functionName: handler.functionArn,
    sourceArn: Stack.of(scope).formatArn({
      service: "execute-api",
      resource: restApiId,
      resourceName: `${apiStageName}/${method}${path.replaceAll(/\{\w+\}/g, "*")}`,
    }),
  });
}
