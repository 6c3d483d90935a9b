import type { CommandDeclaration } from "./command.ts";
import { formatLedger } from "./format-ledger.ts";
import { parseConnection } from "./parse-arguments.ts";
import { readConnectionLedger } from "./read-ledger.ts";

export const ledgerCommand: CommandDeclaration = {
  name: "ledger",
  args: "<connection>",
  summary: "its last versions, and how they ended",
  does: "shows what the record has of the last versions: how each was issued, until when it can be used, how it ended; and the last calls to the provider that failed",
  needs: "`dynamodb:GetItem` on the table, as `grantStatus` grants it",
  options: ["table"],
  examples: ["ledger conferma/production/default"],
  prepare: ([text], { table }) => {
    const { connection } = parseConnection(text);
    return async ({ terminal }) => {
      const now = terminal.now();
      const answer = await readConnectionLedger(connection, table, now);
      return { answer, text: formatLedger(answer, now, terminal.screen) };
    };
  },
};
