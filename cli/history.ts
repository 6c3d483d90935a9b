import type { Command } from "./command.ts";
import { expectArgs } from "./command.ts";
import { readConnectionHistory } from "./connection-history.ts";
import { formatHistory } from "./format-history.ts";
import { openLogReader } from "./log-reader.ts";
import { parseConnection, parseSince } from "./parse-arguments.ts";

const defaultSince = "1d";

/** Says what happened to one connection, in order of time, from the functions' logs. */
export const history: Command = (args, options) => {
  const { connection, realm } = parseConnection(expectArgs(args, 1)[0]);
  return async ({ functions, terminal }) => {
    const to = terminal.now();
    const from = parseSince(options.since ?? defaultSince, to);
    const logs = openLogReader();
    try {
      const search = { connection, realm, from, to };
      const answer = await readConnectionHistory(functions, logs, search);
      return { answer, text: formatHistory(answer, to), isIncomplete: answer.gaps.length > 0 };
    } finally {
      logs.close();
    }
  };
};
