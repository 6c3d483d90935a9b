import type { Command } from "./command.ts";
import { expectArgs } from "./command.ts";
import { formatLedger } from "./format-ledger.ts";
import { parseConnection } from "./parse-arguments.ts";
import { readConnectionLedger } from "./read-ledger.ts";

/** Says what the record has of a connection's last versions: how each was issued, and how it ended. */
export const ledger: Command = (args, options) => {
  const { connection } = parseConnection(expectArgs(args, 1)[0]);
  return async ({ terminal }) => {
    const now = terminal.now();
    const answer = await readConnectionLedger(connection, options.table, now);
    return { answer, text: formatLedger(answer, now) };
  };
};
