import { describe, expect, test } from "vitest";
import { readWebRequest } from "../../../functions/http/pages/web-request.ts";
import { aProxyEvent } from "../../support/a-proxy-event.ts";
import { apis, browserHttpApiEvent, webEvent } from "../../support/web-events.ts";

describe.each(apis)("%s", (api) => {
  test("passes on method, path, every parameter and all cookies", () => {
    const url = "https://vend.example/callback/a/b?state=x%20y&code=1&code=2";
    const event = webEvent(api, { method: "POST", url, cookies: ["a=1", "b=2"] });
    const request = readWebRequest(event);
    expect(request).toMatchObject({ method: "POST", path: "/callback/a/b", cookies: "a=1; b=2" });
    expect([...(request?.query ?? [])]).toEqual([
      ["state", "x y"],
      ["code", "1"],
      ["code", "2"],
    ]);
  });

  test("passes on a request without query and cookies", () => {
    const request = readWebRequest(webEvent(api, { url: "https://vend.example/x" }));
    expect(request).toMatchObject({ method: "GET", path: "/x", cookies: "" });
    expect(request?.query.size).toBe(0);
  });
});

test("cookies are found in every form of an event", () => {
  const { cookies: _, ...bare } = browserHttpApiEvent("GET", "/x");
  const inHeader = { ...bare, headers: { Cookie: "a=1; b=2" } };
  expect(readWebRequest(inHeader)?.cookies).toBe("a=1; b=2");
  expect(readWebRequest({ ...inHeader, cookies: [] })?.cookies).toBe("a=1; b=2");
  expect(readWebRequest({ ...inHeader, cookies: ["a=1"] })?.cookies).toBe("a=1");
  const single = { headers: { cookie: "a=1" }, multiValueHeaders: null as never };
  expect(readWebRequest(aProxyEvent(single))?.cookies).toBe("a=1");
  const several = { multiValueHeaders: { COOKIE: ["a=1", "b=2"] } };
  expect(readWebRequest(aProxyEvent(several))?.cookies).toBe("a=1; b=2");
});

test("a query is found in every form of an event", () => {
  const single = { queryStringParameters: { code: "1" }, multiValueQueryStringParameters: {} };
  expect(readWebRequest(aProxyEvent(single))?.query.get("code")).toBe("1");
  const { rawQueryString: _, ...bare } = browserHttpApiEvent("GET", "/x");
  const apart = { queryStringParameters: { code: "1", state: undefined } };
  expect([...(readWebRequest({ ...bare, ...apart })?.query ?? [])]).toEqual([["code", "1"]]);
  expect(readWebRequest({ ...bare, ...apart, rawQueryString: "" })?.query.get("code")).toBe("1");
  expect(readWebRequest({ ...bare, ...apart, rawQueryString: "x=2" })?.query.get("code")).toBe(
    null,
  );
  expect(readWebRequest(bare)?.query.size).toBe(0);
});

test.each([{}, { rawPath: "/x" }, null, undefined, "x", { account: "jo", code: "x" }])(
  "%j is no request of a browser",
  (event) => {
    expect(readWebRequest(event)).toBeNull();
  },
);
