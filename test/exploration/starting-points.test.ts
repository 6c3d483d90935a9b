import { describe, expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import { breakerOpenUntil } from "../../functions/vending/decision/back-off.ts";
import { renewableAt, usableToken } from "../../functions/vending/decision/usable-token.ts";
import { recordIn } from "./record-lens.ts";
import { allScenarios } from "./scenarios.ts";
import type { Start } from "./starting-points.ts";
import { account, startingPoint } from "./starting-points.ts";
import { realm } from "./world.ts";

type Check = (record: TokenRecord | null, now: Date, policy: RenewalPolicy) => boolean;

const isDue: Check = (record, now, policy) =>
  record?.token != null && renewableAt(record.token, policy) <= now;

const isAsNamed: Readonly<Record<Start, Check>> = {
  "no secret": (record) => record === null,
  none: (record) => record === null,
  held: (record, now, policy) => record !== null && usableToken(record, policy, now) !== null,
  expired: (record, now, policy) => isDue(record, now, policy) && record?.failure === null,
  doubted: (record) => record !== null && isDoubted(record),
  failed: (record, now) => record?.failure != null && record.failure.retryAt > now,
  abandoned: (record) => record?.lease != null,
  contested: (record, now) => breakerOpenUntil(record?.rejections ?? null, now) !== null,
};

describe("a run begins where its scenario says", () => {
  const points = new Map(
    allScenarios.map(({ nature, start }) => [
      `${nature.policy.renewal} ${nature.grants.refreshTokens} ${start}`,
      { nature, start },
    ]),
  );
  test.each([...points])("%s", async (_, { nature, start }) => {
    const { now, items } = await startingPoint(nature, start);
    const item = new Map(items).get(connectionOf(realm, account));
    expect(isAsNamed[start](recordIn(item), new Date(now), nature.policy)).toBe(true);
  });
});
