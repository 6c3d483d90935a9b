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
  const questions = ["one: ", "two: "].map((text) => ({ text, isOptional: text === "two: " }));

  /** Asks twice, as for the members of a secret. A person types when a question is there. */
  async function askTwice(...typed: readonly (readonly string[])[]) {
    const { input, modes, shown, prompt } = terminal();
    const rest = [...typed];
    const modesWhileTyping: (boolean | undefined)[] = [];
    const write = (text: string) => {
      prompt.write(text);
      if (text === "\n") return;
      for (const key of rest.shift() ?? []) {
        setTimeout(() => {
          modesWhileTyping.push(modes.at(-1));
          input.write(key);
        }, 5);
      }
    };
    const answers = readHidden(input as never, { write }, questions);
    return { answers, input, modes, shown, modesWhileTyping };
  }

  test("are read one after the other, and not shown", async () => {
    const { answers, modes, shown } = await askTwice(["canary\r"], ["can", "ary2\r\n"]);
    expect(await answers).toEqual(["canary", "canary2"]);
    expect(modes).toEqual([true, false]);
    expect(shown.join("")).toBe("one: \ntwo: \n");
  });

  test.each([
    [
      [["canary\r"], ["\r"]],
      ["canary", ""],
    ],
    [[["\r"], ["canary\r"]], null],
    [[["can", "\u0003"]], null],
    [[["canary\r"], ["\u0003"]], null],
  ])("for %j are %j: only what is optional may be empty", async (typed, expected) => {
    const { answers, modes } = await askTwice(...typed);
    expect(await answers).toEqual(expected);
    expect(modes).toEqual([true, false]);
  });

  test.each([
    [[["-----BEGIN\nline\n-----END\n"]]],
    [[["-----BEGIN\n", "line\n", "-----END\n"]]],
    [[["one\r"], ["-----BEGIN\r", "line\r"]]],
  ])("of several lines are refused, without echo and with nothing left: %j", async (typed) => {
    const { answers, input, modes, modesWhileTyping } = await askTwice(...typed);
    await expect(answers).rejects.toMatchObject({ problem: { code: "no-value" } });
    expect(modesWhileTyping).toEqual(typed.flat().map(() => true));
    expect([modes.at(-1), input.read()]).toEqual([false, null]);
  });

  test("are null where there is no terminal", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: false });
    expect(await readHidden(input as never, { write: () => {} }, questions)).toBeNull();
  });
});

test("what is piped in is read as bytes, and a terminal is not read", async () => {
  const input = Object.assign(new PassThrough(), { isTTY: false });
  input.end(Buffer.from([0xff, 0xfe]));
  expect([...((await readPiped(input as never)) ?? [])]).toEqual([0xff, 0xfe]);
  expect(await readPiped(terminal().input as never)).toBeNull();
});
