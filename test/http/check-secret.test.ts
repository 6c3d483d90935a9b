import { expect, test } from "vitest";
import { operatorRequest, secretCheckEndpoint } from "../../functions/http/renew-endpoint.ts";
import type { SecretExamination } from "../../functions/model/secret-check.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { aContext } from "../support/a-proxy-event.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };
const version = "00000000-0000-4000-8000-000000000001";

/** The endpoint, which answers the request that it has understood. */
const play = async (event: object, examination: SecretExamination | null = null) => {
  const requests: unknown[] = [];
  const answer = await secretCheckEndpoint({
    realm: { provider: "conferma", environment: "production" },
    ...{ clock: systemClock, log, metrics: { record: () => {} } },
    check: async (request) => {
      requests.push(request);
      const { connection } = request;
      return {
        ...{ connection, secret: "s", versionId: version, unusable: null, isSameAsCurrent: false },
        trial: { outcome: "accepted", detail: "", expiresAt: new Date("2027-01-01T00:00:00Z") },
        ...{ stored: null, failure: null, refusal: null, examination },
      };
    },
  })(event as never, aContext());
  return { answer, request: requests[0] };
};

test("a request names account and version, and what is to be done", async () => {
  const connection = "conferma/production/jo";
  const { answer, request } = await play({ account: "jo", checkSecret: { version, try: true } });
  expect(request).toEqual({ connection, version, isTried: true, isAdopted: false });
  expect(answer).toMatchObject({ connection, trial: { expiresAt: "2027-01-01T00:00:00.000Z" } });
  expect((await play({ checkSecret: { adopt: true } })).request).toEqual({
    connection: "conferma/production/default",
    ...{ version: null, isTried: false, isAdopted: true },
  });
});

test.each([
  ["checkSecret", { checkSecret: true }],
  ["version", { checkSecret: { version: "short" } }],
  ["checkSecret.value", { checkSecret: { value: "x" } }],
  ["rejectedVersion", { checkSecret: {}, rejectedVersion: 1 }],
  ["account", { account: "NO", checkSecret: {} }],
])("a request is refused for its %s", async (field, payload) => {
  expect((await play(payload)).answer).toMatchObject({
    problem: { detail: expect.stringContaining(field) },
  });
});

test("a request is told from an event of the schedule", () => {
  expect(operatorRequest({ checkSecret: {} })).toBe("checkSecret");
  expect(operatorRequest({ reseal: true })).toBe("reseal");
});

test("an answer says how the text looks, and how long the certificate lives", async () => {
  const oddities = [{ field: "clientSecret", oddity: "is in quotation marks" }];
  const beginsAt = "2026-11-01T00:00:00.000Z";
  const endsAt = "2027-11-01T00:00:00.000Z";
  const certificate = { beginsAt: new Date(beginsAt), endsAt: new Date(endsAt) };
  const examined = async (examination: SecretExamination | null) =>
    (await play({ checkSecret: {} }, examination)).answer;
  expect(await examined({ oddities, certificate })).toMatchObject({
    examination: { oddities, certificate: { beginsAt, endsAt } },
  });
  expect(await examined({ oddities, certificate: null })).toMatchObject({
    examination: { oddities, certificate: null },
  });
  expect(await examined(null)).toMatchObject({ examination: null });
});
