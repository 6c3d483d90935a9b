import { buffer, text } from "node:stream/consumers";
import type { ReadStream } from "node:tty";

type Input = NodeJS.ReadStream & Partial<Pick<ReadStream, "setRawMode">>;

interface Prompt {
  write(text: string): unknown;
}

/** Reads a line typed or pasted without echo, or everything that is piped in. Null if that is empty. */
export async function readCode(input: Input, prompt: Prompt): Promise<string | null> {
  const question = "Paste the code (it is not shown), then press Enter: ";
  const typed = input.isTTY ? await readTypedLine(input, prompt, question) : await text(input);
  return typed?.trim() || null;
}

/** Reads everything that is piped in, as bytes. Null if a terminal is there instead. */
export async function readPiped(input: Input): Promise<Uint8Array | null> {
  return input.isTTY ? null : buffer(input);
}

/** Asks, and reads a line typed or pasted without echo. Null if it is interrupted, or there is no terminal. */
export async function readHidden(
  input: Input,
  prompt: Prompt,
  question: string,
): Promise<string | null> {
  if (!input.isTTY) return null;
  const typed = await readTypedLine(input, prompt, question);
  return typed === null ? null : typed.trim();
}

const interrupt = "\u0003";
/** Enter, as terminals send it, and end of input. */
const lineEnds = ["\r", "\n", "\u0004"];
const backspaces = new Set(["\b", "\u007f"]);

/** Null if it is interrupted. */
async function readTypedLine(
  input: Input,
  prompt: Prompt,
  question: string,
): Promise<string | null> {
  prompt.write(question);
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  try {
    let keys = "";
    // Another question may follow.
    const chunks = input.iterator({ destroyOnReturn: false }) as AsyncIterable<string>;
    for await (const chunk of chunks) {
      keys += chunk;
      if (keys.includes(interrupt)) return null;
      if (lineEnds.some((end) => keys.includes(end))) break;
    }
    return applyKeys(keys);
  } finally {
    input.setRawMode?.(false);
    prompt.write("\n");
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
