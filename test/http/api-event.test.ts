import { expect, test } from "vitest";
import { asRestEvent, readApiEvent } from "../../functions/http/api-event.ts";
import { isPageEvent } from "../../functions/http/pages/consent-routes.ts";
import { readVendRequest } from "../../functions/http/vend-endpoint.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { aProxyEvent } from "../support/a-proxy-event.ts";
import { browserHttpApiEvent } from "../support/web-events.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const callback = "/callback/connectpay/test";
const rest = aProxyEvent({ path: callback });
const http = browserHttpApiEvent("GET", callback, "code=1", ["a=b"]);
const { requestContext } = http;

/** How a malformed event is refused. */
function refusalOf(event: unknown): string {
  try {
    readApiEvent(asRestEvent(event));
  } catch (error) {
    if (error instanceof VendingError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("It is accepted.");
}

/** Members, and what is said of an event in which they are malformed. JSON can hold an object whose conversion throws. */
const unprintable = { toString: null };
const malformed: readonly [event: object, refusal: string][] = [
  [{ ...rest, version: null }, "version: must be string."],
  [{ ...rest, httpMethod: null }, "httpMethod: must be string."],
  [{ ...rest, path: unprintable }, "path: must be string."],
  [{ ...rest, headers: ["a", 1] }, "headers: must be an object of texts."],
  [{ ...rest, headers: { cookie: unprintable } }, "headers: must be an object of texts."],
  [
    { ...rest, multiValueHeaders: { cookie: "a=b" } },
    "multiValueHeaders: must be an object of lists of texts.",
  ],
  [
    { ...rest, queryStringParameters: JSON.parse('{"__proto__":{"toString":1}}') },
    "queryStringParameters: must be an object of texts.",
  ],
  [
    { ...rest, multiValueQueryStringParameters: { code: [unprintable] } },
    "multiValueQueryStringParameters: must be an object of lists of texts.",
  ],
  [{ ...rest, body: 5, isBase64Encoded: true }, "body: must be string."],
  [{ ...rest, isBase64Encoded: "no" }, "isBase64Encoded: must be boolean."],
  [{ ...rest, requestContext: null }, "requestContext: must be an object."],
  [{ ...http, rawPath: null }, "path: must be string."],
  [{ ...http, rawQueryString: [0] }, "rawQueryString: must be string."],
  [{ ...http, cookies: "a=b" }, "cookies: must be Array."],
  [{ ...http, requestContext: { ...requestContext, http: null } }, "httpMethod: is missing."],
  [{ ...http, requestContext: { http: { method: 1 } } }, "httpMethod: must be string."],
];

test.each(malformed)(
  "a malformed event is no page, and its member is named: %j",
  (event, refusal) => {
    expect(isPageEvent(event)).toBe(false);
    expect(refusalOf(event)).toBe(`invalid-request ${refusal}`);
  },
);

test("an event is read with all its parameters, also those that objects have themselves", () => {
  const parameters = JSON.parse('{"constructor":"1","__proto__":"2"}') as Record<string, string>;
  const event = readApiEvent({ ...rest, queryStringParameters: parameters });
  expect(Object.entries(event?.queryStringParameters ?? {})).toEqual([
    ["constructor", "1"],
    ["__proto__", "2"],
  ]);
  expect(isPageEvent(rest)).toBe(true);
  expect(isPageEvent(http)).toBe(true);
});

test("a direct invocation's event is none of an API", () => {
  for (const event of [undefined, null, 1, "x", [], {}, { path: callback }, { requestContext }]) {
    expect(readApiEvent(event)).toBeNull();
    expect(isPageEvent(event)).toBe(false);
  }
});

test("a name that is no short word is not quoted: it may be a token in the wrong place", () => {
  const token = "Secret/+==";
  const repeated = { multiValueQueryStringParameters: { [token]: ["1", "2"] } };
  const path = "/v1/tokens/conferma/production/default";
  const events = [
    [{ [token]: 1 }, "a field of the payload: is not a field of this request."],
    [{ ["a".repeat(65)]: 1 }, "a field of the payload: is not a field of this request."],
    [aProxyEvent({ path, ...repeated }), "a field of the query: is given more than once."],
  ] as const;
  for (const [event, refusal] of events) {
    expect(() => readVendRequest(event, realm)).toThrow(
      new VendingError("invalid-request", refusal),
    );
  }
});
