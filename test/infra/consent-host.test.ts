import { expect, test } from "vitest";
import { readConsentEnvironment } from "../../functions/platform/consent-environment.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { deployed, resourcesIn, synthesized, synthesizedStacks } from "./synthesized.ts";

const template = synthesized(oneOfEachKind, { consents: { requester: "Acme" } });
const stack = deployed(template);
const routes = resourcesIn(template, "AWS::ApiGatewayV2::Route").map(
  ([, { Properties }]) => Properties,
);

test("two routes of each consent realm are public, and no others", () => {
  expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
    "GET /callback/centrapay-user/test",
    "GET /consent/centrapay-user/test/{link}",
    "POST /consent/centrapay-user/test/{link}",
  ]);
});

test("begin-consent answers the pages, complete-consent the callbacks", () => {
  const called = routes.map(({ RouteKey, Target }) => {
    const integration = resourcesIn(template, "AWS::ApiGatewayV2::Integration").find(
      ([logicalId]) => JSON.stringify(Target).includes(`"${logicalId}"`),
    );
    const text = JSON.stringify(integration?.[1].Properties);
    return [RouteKey, /(Begin|Complete)Consent/.exec(text)?.[0]];
  });
  expect(Object.fromEntries(called)).toEqual({
    "GET /callback/centrapay-user/test": "CompleteConsent",
    "GET /consent/centrapay-user/test/{link}": "BeginConsent",
    "POST /consent/centrapay-user/test/{link}": "BeginConsent",
  });
});

const limits = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 5 };

test("each route has limits of its own, so that junk at one locks nobody out of the others", () => {
  const [[, stage] = []] = resourcesIn(template, "AWS::ApiGatewayV2::Stage");
  const { DefaultRouteSettings, RouteSettings } = Object(stage?.Properties);
  expect(DefaultRouteSettings).toEqual(limits);
  expect(RouteSettings).toEqual(
    Object.fromEntries(routes.map(({ RouteKey }) => [RouteKey, limits])),
  );
  // API Gateway refuses limits of a route that does not exist yet: the stage is in a stack that is deployed later.
  const { core, ofRealms, all } = synthesizedStacks(oneOfEachKind);
  const stageAt = [...all.values()].findIndex(
    (one) => resourcesIn(one, "AWS::ApiGatewayV2::Stage").length > 0,
  );
  expect([...all.values()].slice(0, stageAt)).toEqual(
    expect.arrayContaining([core, ...ofRealms.values()]),
  );
});

test("junk at all routes of a realm takes no concurrency from the functions that vend", () => {
  const reserved = stack.functions.map(({ name, reservedConcurrency }) => [
    /(begin-consent|complete-consent)$/.exec(name)?.[0],
    reservedConcurrency,
  ]);
  const ofConsents = reserved.filter(([kind]) => /consent/.test(String(kind)));
  expect(ofConsents).toEqual([
    ["begin-consent", 10],
    ["complete-consent", 10],
  ]);
  // Begin-consent has two routes: what they let through at once, it can take, and what follows is done in 30 ms each.
  const [[, stage] = []] = resourcesIn(template, "AWS::ApiGatewayV2::Stage");
  const { ThrottlingBurstLimit, ThrottlingRateLimit } = Object(
    Object(stage?.Properties).DefaultRouteSettings,
  );
  const reservedForPages = Number(ofConsents[0]?.[1]);
  expect(2 * ThrottlingBurstLimit).toBeLessThanOrEqual(reservedForPages);
  expect(2 * ThrottlingRateLimit * 0.03).toBeLessThan(reservedForPages / 3);
});

test("logs routes, never paths, which contain links", () => {
  const [[, stage] = []] = resourcesIn(template, "AWS::ApiGatewayV2::Stage");
  const { AccessLogSettings } = Object(stage?.Properties);
  const variables = Object.values(JSON.parse(AccessLogSettings.Format));
  expect(variables.sort()).toEqual([
    "$context.error.responseType",
    "$context.requestId",
    "$context.requestTimeEpoch",
    "$context.responseLatency",
    "$context.routeKey",
    "$context.status",
  ]);
});

test("its functions know their public address and the requester's name", () => {
  const ofConsents = stack.functions.filter(({ environment }) => environment["CONSENT_REQUESTER"]);
  expect(ofConsents).toHaveLength(2);
  for (const { environment } of ofConsents) {
    expect(readConsentEnvironment(environment)).toMatchObject({
      baseUrl: expect.stringMatching(/^https:\/\/[\w-]+\.execute-api\.eu-west-1\.amazonaws\.com$/),
      requester: { name: "Acme" },
    });
  }
});

test("a configured address replaces API Gateway's", () => {
  const baseUrl = "https://consent.acme.example";
  const own = deployed(synthesized(oneOfEachKind, { consents: { baseUrl } }));
  const told = own.functions.flatMap(({ environment }) => environment["CONSENT_BASE_URL"] ?? []);
  expect(told).toEqual(Array(3).fill(baseUrl));
});

test("there is none where no provider needs consent", () => {
  const without = synthesized(oneOfEachKind.slice(0, 2));
  expect(resourcesIn(without, "AWS::ApiGatewayV2::Api")).toEqual([]);
});
