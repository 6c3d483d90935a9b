import type { CommandDeclaration } from "./command.ts";
import type { LoggedHistory } from "./connection-history.ts";
import { continueHistory } from "./connection-history.ts";
import { formatHistory } from "./format-history.ts";
import { openLogReader } from "./log-reader.ts";
import { parseConnection, parseSince } from "./parse-arguments.ts";

const defaultSince = "1d";

export const historyCommand: CommandDeclaration = {
  name: "history",
  args: "<connection>",
  summary: "what happened to it, in order of time",
  does: "shows what happened to a connection in order of time, from the logs of its functions: issues, waits, rejections, failures, consents, freezes",
  needs:
    "what `grantAttribution` grants: `lambda:ListFunctions`, `lambda:GetFunctionConfiguration` and `logs:FilterLogEvents`",
  options: ["since", "watch", "interval", "function"],
  watched: "last",
  examples: ["history conferma/production/default --since 7d"],
  prepare: ([text], options) => {
    const { connection, realm } = parseConnection(text);
    // A watch reads on from what it has seen.
    let seen: LoggedHistory | null = null;
    return async ({ functions, terminal }) => {
      const to = terminal.now();
      const from = parseSince(options.since ?? defaultSince, to);
      const logs = openLogReader();
      try {
        const search = { connection, realm, from, to };
        const answer = await continueHistory(functions, logs, search, seen);
        seen = answer.gaps.length === 0 ? answer : null;
        return {
          answer,
          text: formatHistory(answer, to, terminal.screen),
          isIncomplete: answer.gaps.length > 0,
        };
      } finally {
        logs.close();
      }
    };
  },
};
