import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { kmsSealer } from "../../functions/sealing/kms-sealer.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { openSdkKms } from "../../functions/sealing/sdk-kms.ts";
import {
  defaultSealedAs,
  describeSealer,
  neverAborted,
  openedBy,
} from "../support/describe-sealer.ts";
import { aKmsKey } from "../support/kms.ts";

const keyOf = (fill: number) => new Sensitive(new Uint8Array(32).fill(fill));

test("a key from the environment opens what it sealed", async () => {
  const sealer = localSealer(keyOf(7));
  const sealed = await sealer.seal(new Sensitive("t"), defaultSealedAs, neverAborted);
  expect(await openedBy(sealer, sealed)).toBe("t");
});

describe("the local sealer", () => {
  describeSealer(28 + 32, async () => {
    const { kms, keyArn, options } = await aKmsKey();
    return {
      sealer: localSealer(keyOf(7)),
      elsewhere: localSealer(keyOf(7)),
      ofAnotherKey: localSealer(keyOf(8)),
      ofAnotherKind: kmsSealer(openSdkKms(options), keyArn, systemClock),
      stop: kms.stop,
    };
  });
});
