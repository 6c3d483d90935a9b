import type { DeployedStack } from "../template/template.ts";

interface Limits {
  readonly ThrottlingRateLimit: number;
  readonly ThrottlingBurstLimit: number;
}

/**
 * Returns a function that takes a request of a route, and tells whether the stage's limits of the route allow it: a token
 * bucket (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html).
 */
export function httpApiThrottle(
  deployed: Pick<DeployedStack, "resourcesOf">,
  now: () => number,
): (routeKey: string) => boolean {
  const [stage] = deployed.resourcesOf("AWS::ApiGatewayV2::Stage");
  const settings = Object(stage?.properties["RouteSettings"]) as Record<string, Limits>;
  const buckets = new Map(
    Object.entries(settings).map(([routeKey, limits]) => [
      routeKey,
      { limits, tokens: limits.ThrottlingBurstLimit, at: now() },
    ]),
  );
  return (routeKey) => {
    const bucket = buckets.get(routeKey);
    if (!bucket) return true;
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = bucket.limits;
    const at = now();
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * rate);
    bucket.at = at;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
