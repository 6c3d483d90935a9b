import type { ExploredFault } from "./faults.ts";
import { faults } from "./faults.ts";
import type { Option } from "./run.ts";

/** A step as a person may write it: whose, which request where it is not the process's next, what goes wrong. */
interface Written {
  readonly process: string;
  /** The number of a request that its process no longer waits for. */
  readonly stray: string | null;
  readonly fault: ExploredFault | null;
}

/** A list of choices in a line: `a*3,b,a!crash,b~4` is three steps of a, one of b, a's crash, b's stray request 4. */
export function formatChoices(choices: readonly Option[]): string {
  const words = choices.map(({ process, request, fault, isStray }) => {
    const stray = isStray ? `~${request.slice(process.length + 1)}` : "";
    return `${process}${stray}${fault ? `!${fault}` : ""}`;
  });
  const counted: { word: string; times: number }[] = [];
  for (const word of words) {
    const last = counted.at(-1);
    if (last?.word === word) last.times += 1;
    else counted.push({ word, times: 1 });
  }
  return counted.map(({ word, times }) => (times > 1 ? `${word}*${times}` : word)).join(",");
}

/** Fails with a `SyntaxError` that names what is not understood. */
export function parseChoices(line: string): Written[] {
  return line.split(",").filter(Boolean).flatMap(parseWord);
}

function parseWord(word: string): Written[] {
  const [, process, stray = null, named = null, times = "1"] =
    /^(\w+)(?:~(\d+))?(?:!(\w+))?(?:\*(\d+))?$/.exec(word) ?? [];
  const fault = faults.find((each) => each === named) ?? null;
  if (process === undefined || (named !== null && !fault)) {
    throw new SyntaxError(`No step is written like this: ${word}`);
  }
  return Array.from({ length: Number(times) }, () => ({ process, stray, fault }));
}

/** The option that is meant; undefined where there is none such now. */
export function optionFor(
  { process, stray, fault }: Written,
  options: readonly Option[],
): Option | undefined {
  return options.find((option) => {
    const isNamed = stray === null ? !option.isStray : option.request === `${process}.${stray}`;
    return option.process === process && isNamed && option.fault === fault;
  });
}
