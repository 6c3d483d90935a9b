import { text } from "node:stream/consumers";
import type { ReadStream } from "node:tty";

type Input = NodeJS.ReadStream & Partial<Pick<ReadStream, "setRawMode">>;

/** Reads a line typed or pasted without echo, or everything that is piped in. Null if that is empty. */
export async function readCode(
  input: Input,
  prompt: { write(text: string): unknown },
): Promise<string | null> {
  const typed = input.isTTY ? await readTypedLine(input, prompt) : await text(input);
  return typed.trim() || null;
}

const interrupt = "\u0003";
/** Enter, as terminals send it, and end of input. */
const lineEnds = ["\r", "\n", "\u0004"];
const backspaces = new Set(["\b", "\u007f"]);

async function readTypedLine(
  input: Input,
  prompt: { write(text: string): unknown },
): Promise<string> {
  prompt.write("Paste the code (it is not shown), then press Enter: ");
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  try {
    let keys = "";
    for await (const chunk of input as AsyncIterable<string>) {
      keys += chunk;
      if (keys.includes(interrupt)) return "";
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
