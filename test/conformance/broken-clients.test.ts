import { describe, expect, it } from "vitest";
import { unless } from "../support/unless.ts";
import { withDefect } from "./broken-client.ts";
import { playLanguage, testedLanguages } from "./languages.ts";

/** Longer than any case gives a client; some defects make it wait for good. */
const patienceMs = 9000;
/** On a machine that stalls for half a second, a defect may have no time to show itself. */
const retry = 2;

describe.each(testedLanguages)("a $name client", ({ folder, broken, command, isHere }) => {
  it.skipIf(!isHere).concurrent.each(broken)(
    `that $defect is caught${unless(isHere, "its program")}`,
    { retry },
    async (planted) => {
      const { caughtBy } = planted;
      const { verdicts } = await withDefect(folder, planted, (copy) =>
        playLanguage(command(copy), caughtBy, patienceMs),
      );
      const caught = verdicts.filter(({ faults }) => faults.length > 0).map(({ name }) => name);
      expect(caught.sort()).toEqual([...caughtBy].sort());
    },
  );
});
