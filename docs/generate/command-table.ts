import { commands } from "../../cli/commands.ts";
import { tableText } from "./table-text.ts";

/** The commands of `npm run vend`, as their own help describes them. */
export function commandTable(): string {
  return tableText(
    ["command", "does", "needs"],
    commands.map(({ name, args, does, docs, needs }) => [
      `\`${`${name} ${args}`.trim()}\``,
      docs === undefined ? does : `${does} ([more](${withinPage(docs)}))`,
      withinPage(needs),
    ]),
  );
}

/** The table is in docs/operations.md. */
function withinPage(text: string): string {
  return text.replaceAll("operations.md#", "#");
}
