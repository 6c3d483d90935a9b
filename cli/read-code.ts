import { text } from "node:stream/consumers";
import type { ReadStream } from "node:tty";

type Input = NodeJS.ReadStream & Partial<Pick<ReadStream, "setRawMode">>;

/** A line that a person types or pastes without its being shown, or all that is piped in. Null where it is empty. */
export async function readCode(
  input: Input,
  prompt: { write(text: string): unknown },
): Promise<string | null> {
  const typed = input.isTTY ? await readTypedLine(input, prompt) : await text(input);
  return typed.trim() || null;
}

const interrupt = "\u0003";
/** Enter, as terminals send it, and the end of input. */
const ends = ["\r", "\n", "\u0004"];
const backspaces = new Set(["\b", "\u007f"]);

async function readTypedLine(
  input: Input,
  prompt: { write(text: string): unknown },
): Promise<string> {
  prompt.write("Paste the code (it is not shown), then Enter: ");
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  try {
    let keys = "";
    for await (const some of input as AsyncIterable<string>) {
      keys += some;
      if (keys.includes(interrupt)) return "";
      if (ends.some((end) => keys.includes(end))) break;
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
    if (ends.includes(key)) break;
    line = backspaces.has(key) ? line.slice(0, -1) : line + key;
  }
  return line;
}
