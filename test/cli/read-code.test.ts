import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { readCode, readHidden, readPiped } from "../../cli/read-code.ts";

/** A terminal that records its modes and output. */
function terminal() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void modes.push(isRaw),
  });
  const shown: string[] = [];
  const prompt = { write: (text: string) => void shown.push(text) };
  return { input, modes, shown, prompt };
}

function keyboard() {
  const { input, modes, shown, prompt } = terminal();
  return { input, modes, shown, code: readCode(input as never, prompt) };
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

describe("hidden answers", () => {
  /** Asks twice, as for the members of a secret. */
  async function askTwice(keys: readonly string[]) {
    const { input, modes, shown, prompt } = terminal();
    const answers: (string | null)[] = [];
    for (const question of ["one: ", "two: "]) {
      const answer = readHidden(input as never, prompt, question);
      for (const key of keys) input.write(key);
      answers.push(await answer);
    }
    return { answers, modes, shown };
  }

  test("are read one after the other, and not shown", async () => {
    const { answers, modes, shown } = await askTwice(["canary\r"]);
    expect(answers).toEqual(["canary", "canary"]);
    expect(modes).toEqual([true, false, true, false]);
    expect(shown.join("")).toBe("one: \ntwo: \n");
  });

  test("are empty for Enter alone, and null when interrupted", async () => {
    expect((await askTwice(["\r"])).answers).toEqual(["", ""]);
    expect((await askTwice(["can", "\u0003"])).answers).toEqual([null, null]);
  });

  test("are null where there is no terminal", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: false });
    expect(await readHidden(input as never, { write: () => {} }, "one: ")).toBeNull();
  });
});

test("what is piped in is read as bytes, and a terminal is not read", async () => {
  const input = Object.assign(new PassThrough(), { isTTY: false });
  input.end(Buffer.from([0xff, 0xfe]));
  expect([...((await readPiped(input as never)) ?? [])]).toEqual([0xff, 0xfe]);
  expect(await readPiped(terminal().input as never)).toBeNull();
});
