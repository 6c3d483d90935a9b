import type { CommandDeclaration } from "../command.ts";
import { cliFailure, UsageError } from "../failure.ts";
import { openLogReader } from "../log-reader.ts";
import { parseSince } from "../parse-arguments.ts";
import type { ConsoleBackend, ConsoleServer } from "./console-server.ts";
import { startConsoleServer } from "./console-server.ts";
import { operatorConsole } from "./operator-console.ts";

const defaultSince = "1h";
/** CloudWatch Logs answers five requests a second, to everybody in the account. */
const pace = { statusEveryMs: 5000, logsEveryMs: 20_000 };

export const consoleCommand: CommandDeclaration = {
  name: "console",
  args: "",
  summary: "a page with all of it, live",
  does: "serves a page on this machine that shows all of it, live, with your own credentials, until Ctrl-C",
  docs: "operations.md#the-console",
  needs: "as `status` and `history`; for each of its actions what that command needs",
  options: [
    "port",
    ["since", "how far to look back, like 12h, 7d (default 1h) or 2026-11-21T10:00Z"],
    "table",
  ],
  examples: ["console --port 4500"],
  prepare: (_, { port: portText, since: sinceText = defaultSince, table }) => {
    const port = parsePort(portText);
    return async ({ functions, terminal, show, aws = {} }) => {
      const now = () => terminal.now();
      const since = parseSince(sinceText, now());
      const region = await functions.region();
      const logs = openLogReader(aws);
      const backend = operatorConsole({
        ...{ functions, logs, aws, now, since, table, ...pace },
        ...{ place: `AWS, ${region}`, breaker: null },
      });
      try {
        const server = await serve(backend, port);
        const { link } = server;
        show({ answer: { link }, text: `${linkWords}\n\n  ${link}\n\nPress Ctrl-C to stop.` });
        await terminal.untilInterrupted();
        await server.stop();
      } finally {
        logs.close();
      }
      return { answer: { stopped: true }, text: "\nThe console has stopped; its link is void." };
    };
  },
};

const linkWords = `Open this link. Whoever has it acts with your credentials, as long as this runs:
keep it to yourself.`;

async function serve(backend: ConsoleBackend, port: number): Promise<ConsoleServer> {
  try {
    return await startConsoleServer(backend, port);
  } catch (error) {
    const { code, message } = Object(error);
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw cliFailure("no-port", "The console cannot listen at this port", String(message));
  }
}

/** 0: a free one. */
function parsePort(text = "0"): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port;
  throw new UsageError(`--port: ${text} is not a port.`);
}
