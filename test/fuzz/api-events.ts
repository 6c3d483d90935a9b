import fc from "fast-check";
import { aProxyEvent, aQuery } from "../support/a-proxy-event.ts";
import { browserHttpApiEvent } from "../support/web-events.ts";
import { among, edited, hostileJson, hostileText, mostly } from "./arbitraries.ts";
import { border } from "./border.ts";
import type { InvokedFunction } from "./fuzz-world.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import { fuzzRealms } from "./realms.ts";
import { canaries } from "./recorder.ts";

const connectPay = fuzzRealms[8];
if (!connectPay) throw new RangeError("There is no such realm.");

interface Route {
  readonly invoked: InvokedFunction;
  readonly method: string;
  readonly path: string;
  /** Its payload format may be 2.0. */
  readonly isPublic: boolean;
}

const link = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ofApi = (invoked: InvokedFunction, method: string, path: string): Route => ({
  ...{ invoked, method, path },
  isPublic: false,
});
const ofHost = (invoked: InvokedFunction, method: string, path: string): Route => ({
  ...{ invoked, method, path },
  isPublic: true,
});
const routes: readonly Route[] = [
  ofApi("vend-token", "GET", "/v1/tokens/connectpay/test/default"),
  ofApi("vend-token", "POST", "/prod/v1/tokens/connectpay/test/default/rejections"),
  ofApi("vend-token", "GET", `/v1/tokens/a/b/${encodeURIComponent(canaries.callerText)}`),
  ofApi("list-connections", "GET", "/prod/v1/connections/"),
  ofHost("begin-consent", "POST", "/v1/consents/connectpay/test/jo"),
  ofHost("begin-consent", "GET", `/consent/connectpay/test/${link}`),
  ofHost("begin-consent", "POST", `/consent/connectpay/test/${link}`),
  ofHost("complete-consent", "GET", "/callback/connectpay/test"),
  ofHost("complete-consent", "GET", "/callback/connectpay/other/"),
];

const parameterName = fc.oneof(
  among(["minValiditySeconds", "proofFor", "realm", "cursor", "code", "state", "iss", "error"]),
  hostileText,
);
const parameterValue = fc.oneof(among(["30", "connectpay/test", canaries.callerText]), hostileText);
const parameters = fc.array(fc.tuple(parameterName, parameterValue), { maxLength: 4 });

const body = fc.oneof(
  fc.constantFrom(null, '{"version":1}', "{}", '{"version":', "eyJ2ZXJzaW9uIjoxfQ=="),
  hostileText,
  hostileJson.map((value) => JSON.stringify(value)),
);

interface Request {
  readonly method: string | null;
  readonly path: string | null;
  readonly parameters: readonly (readonly [string, string])[];
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly isHttpApi: boolean;
}

/** Null: as the route demands. */
const request: fc.Arbitrary<Request> = fc.record({
  method: mostly(null, fc.oneof(among(["GET", "POST", "HEAD", "OPTIONS"]), hostileText)),
  path: mostly(null, hostileText),
  parameters: mostly([], parameters),
  body,
  isBase64Encoded: mostly(false, fc.boolean()),
  isHttpApi: fc.boolean(),
});

function eventOf(route: Route, request: Request): unknown {
  const method = request.method ?? route.method;
  const path = request.path === null ? route.path : replacedSegment(route.path, request.path);
  const isHttpApi = route.isPublic && request.isHttpApi;
  return (isHttpApi ? httpEvent : restEvent)({ ...request, method, path });
}

/** The path with another text as its last segment. */
function replacedSegment(path: string, text: string): string {
  return `${path.slice(0, path.lastIndexOf("/"))}/${text}`;
}

type Completed = Request & { readonly method: string; readonly path: string };

function restEvent({ method, path, parameters, body, isBase64Encoded }: Completed): unknown {
  const query = parameters.length > 0 ? aQuery(...parameters) : {};
  return aProxyEvent({ httpMethod: method, path, ...query, body, isBase64Encoded });
}

function httpEvent({ method, path, parameters, body, isBase64Encoded }: Completed): unknown {
  const query = parameters.map((each) => each.map(encoded).join("=")).join("&");
  const { requestContext, ...event } = browserHttpApiEvent(method, path, query);
  const authorizer = { iam: { userArn: "arn:aws:iam::123456789012:user/ann" } };
  return {
    ...event,
    requestContext: { ...requestContext, authorizer },
    queryStringParameters: Object.fromEntries(parameters),
    ...(body === null ? {} : { body }),
    isBase64Encoded,
  };
}

/** Lone surrogates do not survive an address. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const invocation = fc.tuple(among(routes), request).chain(([route, each]) =>
  fc.record({
    invoked: fc.constant(route.invoked),
    event: edited(fc.constant(eventOf(route, each))),
  }),
);

/** An event of a REST API, or of an HTTP API: a stranger's request in API Gateway's envelope, and envelopes that are broken. */
export const apiEvents = border({
  name: "API events",
  inputs: invocation,
  play: ({ invoked, event }, recorder) =>
    FuzzWorld.play(connectPay, recorder, async (world) => {
      await world.invoke(invoked, event);
    }),
});
