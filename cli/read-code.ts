import { buffer, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReadStream } from "node:tty";
import { cliFailure } from "./failure.ts";

type Input = NodeJS.ReadStream & Partial<Pick<ReadStream, "setRawMode">>;

interface Prompt {
  write(text: string): unknown;
}

/** A question whose answer is one line. */
export interface HiddenQuestion {
  readonly text: string;
  /** Enter alone answers it, too. */
  readonly isOptional: boolean;
}

/** Reads a line typed or pasted without echo, or everything that is piped in. Null if that is empty. */
export async function readCode(input: Input, prompt: Prompt): Promise<string | null> {
  const question = "Paste the code (it is not shown), then press Enter: ";
  const typed = input.isTTY
    ? await withoutEcho(input, async () => (await ask(input, prompt, question))?.line)
    : await text(input);
  return typed?.trim() || null;
}

/** Reads everything that is piped in, as bytes. Null if a terminal is there instead. */
export async function readPiped(input: Input): Promise<Uint8Array | null> {
  return input.isTTY ? null : buffer(input);
}

/**
 * Asks one question after the other, and reads lines typed or pasted without echo. Null if that is interrupted, if a
 * question that is not optional gets no answer, or if there is no terminal. Throws a `CommandFailure` if several lines are
 * pasted at once: the second must not answer the next question.
 */
export async function readHidden(
  input: Input,
  prompt: Prompt,
  questions: readonly HiddenQuestion[],
): Promise<string[] | null> {
  if (!input.isTTY) return null;
  return withoutEcho(input, async () => {
    const answers: string[] = [];
    for (const question of questions) {
      const answer = answerIn(await ask(input, prompt, question.text));
      if (answer === null || (answer === "" && !question.isOptional)) return null;
      answers.push(answer);
    }
    return answers;
  });
}

function answerIn(typed: TypedLine | null): string | null {
  if (!typed?.isFollowed) return typed?.line.trim() ?? null;
  const detail = "Each question takes one line. What was pasted is neither shown nor stored.";
  throw cliFailure("no-value", "Several lines were pasted", detail);
}

/** Without echo from the first question until the last line has arrived: a terminal would show the rest of a paste. */
async function withoutEcho<T>(input: Input, read: () => Promise<T>): Promise<T> {
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  try {
    return await read();
  } finally {
    input.setRawMode?.(false);
  }
}

const interrupt = "\u0003";
/** Enter, as terminals send it, and end of input. */
const lineEnds = ["\r", "\n", "\u0004"];
const backspaces = new Set(["\b", "\u007f"]);
/** The parts of a paste follow each other faster; nobody types that fast. */
const pastePauseMs = 60;

interface TypedLine {
  readonly line: string;
  /** More than line ends has arrived with it. */
  readonly isFollowed: boolean;
}

/** Null if it is interrupted. */
async function ask(input: Input, prompt: Prompt, question: string): Promise<TypedLine | null> {
  prompt.write(question);
  let keys = "";
  // Another question may follow.
  const chunks = input.iterator({ destroyOnReturn: false }) as AsyncIterable<string>;
  for await (const chunk of chunks) {
    keys += chunk;
    if ([interrupt, ...lineEnds].some((end) => keys.includes(end))) break;
  }
  keys += await drained(input);
  prompt.write("\n");
  if (keys.includes(interrupt)) return null;
  const end = [...keys].findIndex((key) => lineEnds.includes(key));
  const rest = end === -1 ? [] : [...keys].slice(end);
  return { line: applyKeys(keys), isFollowed: rest.some((key) => !lineEnds.includes(key)) };
}

/** What is still arriving. */
async function drained(input: Input): Promise<string> {
  let all = "";
  for (;;) {
    const before = all;
    await sleep(pastePauseMs);
    for (let chunk = input.read(); chunk !== null; chunk = input.read()) all += chunk;
    if (all === before) return all;
  }
}

function applyKeys(keys: string): string {
  let line = "";
  for (const key of keys) {
    if (lineEnds.includes(key)) break;
    line = backspaces.has(key) ? line.slice(0, -1) : line + key;
  }
  return line;
}
