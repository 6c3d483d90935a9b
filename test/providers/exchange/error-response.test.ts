import { describe, expect, test } from "vitest";
import { unprintable } from "../../../functions/model/sensitive.ts";
import type { HttpResponse } from "../../../functions/platform/http-request.ts";
import type { PresentedCredentials } from "../../../functions/providers/exchange/error-response.ts";
import {
  errorResponse,
  notIssuedAfter,
} from "../../../functions/providers/exchange/error-response.ts";
import type { AnswerFields } from "../../../functions/providers/exchange/token-request.ts";
import { at } from "../../support/a-record.ts";
import { noAnswer } from "../../support/an-issuer.ts";
import { FixedClock } from "../../support/fixed-clock.ts";

const clock = new FixedClock(at("10:00:00.000"));

function detailOf(status: number, error?: unknown, presented: PresentedCredentials = "client") {
  const received = { requestedAt: clock.now(), receivedAt: clock.now() };
  const response = unprintable<HttpResponse>({ status, headers: {}, body: "", ...received });
  const fields = error === undefined ? null : unprintable<AnswerFields>({ error });
  return errorResponse(response, fields, clock, presented)?.detail;
}

describe("a failure tells the operator what the provider answered", () => {
  test.each<[status: number, error: unknown, detail: string]>([
    [200, "invalid_client", "The provider refuses these credentials (invalid_client)."],
    [201, "surprise", "The provider answered an error with a status of success."],
    [400, "invalid_scope", "The provider refuses these credentials (400, invalid_scope)."],
    [401, undefined, "The provider refuses these credentials (401)."],
    [403, "ESEC001", "The provider refuses these credentials (403)."],
    [403, undefined, "A gateway in front of the provider answered 403."],
    [404, undefined, "The provider answered 404, an unexpected status."],
    [425, undefined, "The provider answered 425."],
    [429, "invalid_client", "The provider asks for fewer requests."],
    [503, "invalid_client", "The provider answered 503."],
  ])("%i %s", (status, error, detail) => {
    expect(detailOf(status, error)).toBe(detail);
  });

  test.each([
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "unauthorized_client",
    "unsupported_grant_type",
    "access_denied",
  ])("a refusal that RFC 6749 or RFC 8707 defines, whatever its status: %s", (error) => {
    expect([detailOf(400, error), detailOf(200, error)]).toEqual([
      `The provider refuses these credentials (400, ${error}).`,
      `The provider refuses these credentials (${error}).`,
    ]);
  });

  test("a refused grant is a consent that is over, where a person's grant was presented", () => {
    expect(detailOf(400, "invalid_grant", "refresh-token")).toBe(
      "The provider no longer accepts this consent (400, invalid_grant).",
    );
    expect(detailOf(400, "invalid_grant", "code")).toBe(
      "The provider does not accept this code (400, invalid_grant): it is wrong, was used before, or has expired.",
    );
    expect(detailOf(400, "invalid_grant", "client")).toBe(
      "The provider refuses these credentials (400, invalid_grant).",
    );
  });
});

test.each([
  ["timeout", "The provider did not answer within its deadline."],
  ["timeoutUnsent", "The provider did not answer within its deadline."],
  ["dropped", "The connection was lost before the answer was complete."],
  ["unreachable", "The provider cannot be reached."],
  [
    "forbidden",
    "The provider's host is in a network to which no connection is allowed; is one missing from privateNetworks?",
  ],
] as const)("a request without an answer tells how it ended: %s", (name, detail) => {
  expect(notIssuedAfter(noAnswer[name])).toMatchObject({ code: "provider-unavailable", detail });
});
