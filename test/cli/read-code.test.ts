import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { readCode } from "../../cli/read-code.ts";

/** A terminal that records its modes and output. */
function keyboard() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void modes.push(isRaw),
  });
  const shown: string[] = [];
  const prompt = { write: (text: string) => void shown.push(text) };
  const code = readCode(input as never, prompt);
  return { input, modes, shown, code };
}

describe("a code at a terminal", () => {
  test.each([
    [["code-1\r"], "code-1"],
    [["co", "de-", "1", "\n"], "code-1"],
    [["  code-1  \r\n"], "code-1"],
    [["cox\u007fde-1\r"], "code-1"],
    [["\u007f", "code-1", "23", "\u007f\u007f", "\r"], "code-1"],
    [["code-1\rmore"], "code-1"],
    [["code-1\u0004"], "code-1"],
  ])("is the line as typed: %j", async (keys, expected) => {
    const { input, code } = keyboard();
    for (const key of keys) input.write(key);
    expect(await code).toBe(expected);
  });

  test.each([[["\r"]], [["   \r"]], [["code-1", "\u0003"]], [["\u0004"]]])(
    "is none where nothing is typed, or the input is interrupted: %j",
    async (keys) => {
      const { input, code } = keyboard();
      for (const key of keys) input.write(key);
      expect(await code).toBeNull();
    },
  );

  test("is not shown, and the terminal is as before when it is read", async () => {
    const { input, code, modes, shown } = keyboard();
    input.write("code-1\r");
    await code;
    expect(modes).toEqual([true, false]);
    expect(shown.join("")).toMatch(/not shown/);
    expect(shown.join("")).not.toContain("code-1");
  });
});

test.each([
  ["code-1\n", "code-1"],
  ["code-1", "code-1"],
  ["", null],
])("a code that is piped in is all of it: %j", async (piped, expected) => {
  const input = Object.assign(new PassThrough(), { isTTY: false });
  input.end(piped);
  const shown: string[] = [];
  const prompt = { write: (text: string) => void shown.push(text) };
  expect(await readCode(input as never, prompt)).toBe(expected);
  expect(shown).toEqual([]);
});
