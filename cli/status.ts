import { allConnections } from "./all-connections.ts";
import type { CommandDeclaration } from "./command.ts";
import { formatStatus } from "./format-status.ts";
import { parseRealm } from "./parse-arguments.ts";

export const statusCommand: CommandDeclaration = {
  name: "status",
  args: "[realm]",
  summary: "every connection, or those of a realm",
  does: "shows the status of all connections, or of one realm's, and what to do",
  docs: "operations.md#reading-status",
  needs: "`lambda:InvokeFunction` on `list-connections`",
  options: ["watch", "interval", "function"],
  watched: "first",
  examples: ["status", "status --watch", "status conferma/production --json"],
  prepare: ([text]) => {
    const realm = text === undefined ? null : parseRealm(text);
    return async ({ functions, terminal }) => {
      const connections = await allConnections(functions, realm);
      const text = formatStatus(connections, terminal.now(), terminal.screen);
      return { answer: { connections }, text };
    };
  },
};
