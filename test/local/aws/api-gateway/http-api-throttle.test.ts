import { expect, test } from "vitest";
import { httpApiThrottle } from "../../../../local/aws/api-gateway/http-api-throttle.ts";
import type { DeployedResource } from "../../../../local/aws/template/template.ts";

const limits = { ThrottlingRateLimit: 2, ThrottlingBurstLimit: 3 };
const stage: DeployedResource = {
  logicalId: "Live",
  ref: () => "live",
  properties: { RouteSettings: { "GET /a": limits, "GET /b": limits } },
};

/** How many of ten requests of a route are allowed. */
function allowedBy(allows: (routeKey: string) => boolean, routeKey: string): number {
  return Array.from({ length: 10 }, () => allows(routeKey)).filter(Boolean).length;
}

test("each route has a bucket of its own, which fills again with time, up to its burst", () => {
  let now = 0;
  const allows = httpApiThrottle({ resourcesOf: () => [stage] }, () => now);
  expect([allowedBy(allows, "GET /a"), allowedBy(allows, "GET /a")]).toEqual([3, 0]);
  expect(allowedBy(allows, "GET /b")).toBe(3);
  now = 1000;
  expect(allowedBy(allows, "GET /a")).toBe(2);
  now = 60_000;
  expect(allowedBy(allows, "GET /a")).toBe(3);
});

test("a route without limits is not limited", () => {
  const allows = httpApiThrottle({ resourcesOf: () => [] }, () => 0);
  expect(allowedBy(allows, "GET /a")).toBe(10);
});
