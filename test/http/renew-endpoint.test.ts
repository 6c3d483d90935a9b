import { expect, test } from "vitest";
import { renewEndpoint } from "../../functions/http/renew-endpoint.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import { aContext } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const summary = { due: 3, renewed: 2, skipped: 1, failed: 0 };

/** A tick's answer, and the deadline that the use case got. */
async function play(
  event: unknown,
  remainingMs: number,
  renew: (deadline: Deadline) => Promise<unknown> = async () => summary,
) {
  const asked: Deadline[] = [];
  const handler = renewEndpoint({
    clock: new FixedClock(at("10:00:00.000")),
    renew: (deadline) => {
      asked.push(deadline);
      return renew(deadline);
    },
  });
  const answer: unknown = await handler(event as never, aContext(remainingMs)).catch(
    (error: unknown) => ({ error }),
  );
  return { answer, asked };
}

test.each([{}, null, { "detail-type": "Scheduled Event" }, "tick"])(
  "a tick is answered with the summary and nothing else, whatever its event: %j",
  async (event) => {
    const { answer, asked } = await play(event, 120_000);
    expect(answer).toEqual(summary);
    expect(asked).toHaveLength(1);
  },
);

test("a tick has its function's time, less a second for the answer", async () => {
  const { asked } = await play({}, 120_000);
  expect(asked).toMatchObject([{ signal: { aborted: false } }]);
  expect(asked[0]?.msLeft()).toBe(119_000);
});

test("a tick that fails fails its invocation, so that its alarm is raised", async () => {
  const failure = new VendingError("store-unavailable", "DynamoDB did not answer.", 1);
  const { answer } = await play({}, 120_000, () => Promise.reject(failure));
  expect(answer).toEqual({ error: failure });
});

test("a tick that does not end is aborted a second before Lambda would end it, and fails", async () => {
  const { answer, asked } = await play({}, 1020, () => new Promise(() => {}));
  expect(answer).toHaveProperty("error");
  expect(asked).toMatchObject([{ signal: { aborted: true } }]);
});
