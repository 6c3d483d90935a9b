import { styleText } from "node:util";
import type { Screen } from "./command.ts";
import type { Standing } from "./standing.ts";

const colors = {
  failing: "red",
  frozen: "cyan",
  waiting: "yellow",
  due: "blue",
  ok: "green",
} as const satisfies Readonly<Record<Standing, string>>;

/** Text in the colour of a standing, where the screen has colours. The words say the same without it. */
export function paint(text: string, standing: Standing, { hasColors }: Screen): string {
  // Whether there are colours has been decided, for the screen: not by the stream of this process.
  return hasColors ? styleText(colors[standing], text, { validateStream: false }) : text;
}

/** The sequences that `paint` writes, and no other control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is.
export const paintedSequence = /\u001b\[(?:3[1-6]|39)m/g;
