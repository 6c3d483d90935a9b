import { expect, test } from "vitest";
import { followLog } from "../../../cli/console/followed-log.ts";
import { CommandFailure, cliFailure } from "../../../cli/failure.ts";
import { maxLinesOfLog } from "../../../cli/function-logs.ts";
import type { LoggedLine } from "../../../cli/log-reader.ts";

/** A log whose lines were logged at these seconds, with what was taken of it and from when on it was asked for. */
function logOfLines(seconds: readonly number[]) {
  const lines = seconds.map(
    (second, index): LoggedLine => ({ id: `${index}`, at: new Date(second * 1000), message: "" }),
  );
  const asked: number[] = [];
  const taken: number[] = [];
  const state = { failsAfter: Number.POSITIVE_INFINITY };
  const reader = {
    async *read(_group: string, _pattern: string, begin: Date, end: Date) {
      asked.push(Number(begin) / 1000);
      let sent = 0;
      for (const line of lines.filter(({ at }) => at >= begin && at < end)) {
        if (sent === state.failsAfter) throw cliFailure("not-reached", "Not reached", "");
        sent += 1;
        yield line;
      }
    },
    close: () => {},
  };
  const log = followLog(reader, { group: "a", pattern: "", from: new Date(0) });
  const readOn = (second: number) =>
    log.readOn(new Date(second * 1000), ({ id }) => void taken.push(Number(id)));
  return { log, asked, taken, state, readOn };
}

test("a reading that fails is taken up where it has stopped, and takes nothing twice", async () => {
  const { asked, taken, state, readOn } = logOfLines([10, 20, 20, 30]);
  state.failsAfter = 2;
  await expect(readOn(500)).rejects.toThrow(CommandFailure);
  expect(taken).toEqual([0, 1]);
  state.failsAfter = Number.POSITIVE_INFINITY;
  await readOn(520);
  expect(taken).toEqual([0, 1, 2, 3]);
  expect(asked).toEqual([0, 20]);
});

test("what may still appear late is read again, but nothing from before the beginning", async () => {
  const { asked, taken, readOn } = logOfLines([10, 90]);
  for (const second of [30, 100, 110]) await readOn(second);
  expect(asked).toEqual([0, 0, 40]);
  expect(taken).toEqual([0, 1]);
});

test("a clock that was set back asks for nothing, and loses nothing", async () => {
  const { asked, taken, readOn } = logOfLines([10, 280]);
  for (const second of [200, 100, 300]) await readOn(second);
  expect(asked).toEqual([0, 140]);
  expect(taken).toEqual([0, 1]);
});

test("that there was too much stays said, since what was not read then is not read later", async () => {
  const { log, readOn } = logOfLines(Array.from({ length: maxLinesOfLog + 1 }, () => 1));
  for (const second of [100, 200]) {
    await readOn(second);
    expect(log.cuts).toMatchObject([{ kind: "cut", what: "a" }]);
  }
});
