import { stripVTControlCharacters } from "node:util";
import cliui from "cliui";

const gap = 2;
/** A column that has to give way keeps so many characters. */
const narrowest = 6;

/**
 * Formats rows as a table that is at most `columns` wide. Where it would be wider, the last column is wrapped, and then the
 * widest ones. Cells may have colours.
 */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string {
  const widths = fitted(naturalWidths([heading, ...rows]), columns);
  const layout = cliui({ width: widths.reduce((sum, width) => sum + gap + width, 0) });
  for (const row of [heading, widths.map((width) => "─".repeat(width)), ...rows]) {
    layout.div(
      ...widths.map((width, column) => ({
        text: row[column] ?? "",
        width: gap + width,
        padding: [0, 0, 0, gap] as const,
      })),
    );
  }
  return layout
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  const [heading = []] = rows;
  return heading.map((_, column) =>
    Math.max(...rows.map((row) => stripVTControlCharacters(row[column] ?? "").length)),
  );
}

function fitted(widths: readonly number[], columns: number): number[] {
  const fitting = [...widths];
  let excess = widths.reduce((sum, width) => sum + gap + width, 0) - columns;
  const narrow = (column: number, least: number) => {
    const width = fitting[column] ?? 0;
    const less = Math.max(0, Math.min(excess, width - least));
    fitting[column] = width - less;
    excess -= less;
  };
  narrow(widths.length - 1, 2 * narrowest);
  while (excess > 0) {
    const widest = Math.max(...fitting);
    if (widest <= narrowest) break;
    narrow(fitting.indexOf(widest), Math.max(narrowest, widest - 1));
  }
  return fitting;
}
