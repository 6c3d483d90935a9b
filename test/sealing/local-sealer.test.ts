import { describe } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { openKmsSealer } from "../../functions/sealing/kms-sealer.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { describeSealer } from "../support/describe-sealer.ts";
import { aKmsKey } from "../support/kms.ts";

const keyOf = (fill: number) => new Sensitive(new Uint8Array(32).fill(fill));

describe("the local sealer", () => {
  describeSealer(28, async () => {
    const { kms, keyArn, options } = await aKmsKey();
    return {
      sealer: localSealer(keyOf(7)),
      elsewhere: localSealer(keyOf(7)),
      ofAnotherKey: localSealer(keyOf(8)),
      ofAnotherKind: openKmsSealer(options, keyArn, systemClock),
      stop: kms.stop,
    };
  });
});
