import { expect } from "vitest";

/** The table under a heading whose first column has this title, row by row. */
export function tableUnder(page: string, heading: string, title: string): [string, ...string[]][] {
  const [, section = ""] = `\n${page}`.split(`\n${heading}\n`);
  const lines = section.split(/\n#+ /)[0]?.split("\n") ?? [];
  const start = lines.findIndex((line) => cellsOf(line)[0] === title && line.startsWith("|"));
  expect(start, `a table of ${title} under ${heading}`).toBeGreaterThan(-1);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end === -1 ? undefined : end).map(cellsOf);
}

function cellsOf(line: string): [string, ...string[]] {
  const [first = "", ...others] = line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  return [first, ...others];
}
