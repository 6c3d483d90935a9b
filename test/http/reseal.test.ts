import { expect, test } from "vitest";
import { operatorRequest, resealEndpoint } from "../../functions/http/renew-endpoint.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { aContext } from "../support/a-proxy-event.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };

const play = (event: object) =>
  resealEndpoint({
    realm: { provider: "conferma", environment: "production" },
    ...{ clock: systemClock, log, metrics: { record: () => {} } },
    reseal: async (connection) => ({ connection, resealed: ["token"], unreadable: [] }),
  })(event as never, aContext());

test("a request names its account", async () => {
  const connection = "conferma/production/jo";
  const answer = { connection, resealed: ["token"], unreadable: [] };
  expect(await play({ account: "jo", reseal: true })).toEqual(answer);
  expect(await play({ reseal: true })).toMatchObject({
    connection: "conferma/production/default",
  });
});

test.each([
  ["reseal", { reseal: false }],
  ["rejectedVersion", { reseal: true, rejectedVersion: 1 }],
  ["account", { reseal: true, account: "NO" }],
])("a request is refused for its %s", async (field, payload) => {
  expect(await play(payload)).toMatchObject({
    problem: { detail: expect.stringContaining(field) },
  });
});

test("an event of the schedule is no request", () => {
  for (const event of [{}, { time: "2026-11-22" }, null, "reseal"]) {
    expect(operatorRequest(event)).toBeNull();
  }
});
