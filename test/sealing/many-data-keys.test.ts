import type { KMSClient } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import { dataKeys } from "../../functions/sealing/data-keys.ts";
import { sdkKms } from "../../functions/sealing/sdk-kms.ts";
import { at } from "../support/a-record.ts";
import { neverAborted } from "../support/describe-sealer.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const realm = { provider: "conferma", environment: "production" } as const;

test("the keys of ten thousand connections are kept for their next renewals, and of more the last ones", async () => {
  let asked = 0;
  const send = async () => {
    asked += 1;
    return { Plaintext: new Uint8Array(32), CiphertextBlob: new Uint8Array(184) };
  };
  const kms = sdkKms({ send } as object as KMSClient);
  const keys = dataKeys(kms, "arn", new FixedClock(at("10:00:00.000")));
  const seal = async (from: number, to: number) => {
    for (let n = from; n <= to; n += 1) {
      await keys.forSealing(connectionOf(realm, `account-${n}`), neverAborted);
    }
    return asked;
  };
  expect(await seal(1, 10_000)).toBe(10_000);
  expect(await seal(1, 10_000)).toBe(10_000);
  expect(await seal(10_001, 10_001)).toBe(10_001);
  expect(await seal(2, 10_001)).toBe(10_001);
  expect(await seal(1, 1)).toBe(10_002);
});
