import type { ResealAnswer } from "../functions/http/contract.ts";
import { formatTable } from "../local/format-table.ts";
import type { Command } from "./command.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import type { CliProblem } from "./failure.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import { parseConnection } from "./parse-arguments.ts";
import { findTargets, parseTargets } from "./targets.ts";

/** What became of one connection. */
interface ResealedConnection extends ResealAnswer {
  readonly problem: CliProblem | null;
}

/**
 * Seals anew, one by one, what is stored for each connection: under the key and in the layout that its function now has. May
 * be repeated.
 */
export const reseal: Command = (args, options) => {
  const targets = parseTargets(args);
  if (options.function !== undefined) {
    throw new UsageError("This command invokes several functions: it takes no --function.");
  }
  return async ({ functions, terminal }) => {
    const found = await findTargets(functions, targets);
    const done: ResealedConnection[] = [];
    for (const { connection } of found) {
      const each = await resealOne(functions, connection);
      done.push(each);
      terminal.notice(`${done.length}/${found.length} ${connection}: ${resultOf(each)}`);
    }
    return {
      answer: { connections: done },
      text: formatResealed(done),
      isIncomplete: done.some(({ problem, unreadable }) => problem || unreadable.length > 0),
    };
  };
};

async function resealOne(
  functions: DeployedFunctions,
  connection: string,
): Promise<ResealedConnection> {
  const { realm, account } = parseConnection(connection);
  try {
    const payload = { account, reseal: true };
    const answer = await functions.invoke<ResealAnswer>("renew-tokens", realm, payload);
    return { ...answer, problem: null };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { connection, resealed: [], unreadable: [], problem: error.problem };
  }
}

function resultOf({ resealed, unreadable, problem }: ResealedConnection): string {
  if (problem) return problem.code;
  const parts = [
    ...resealed.map((kind) => `${words[kind]} sealed anew`),
    ...unreadable.map((kind) => `${words[kind]} unreadable`),
  ];
  return parts.join(", ") || "nothing stored";
}

const words = { token: "token", "refresh-token": "refresh token" } as const;

function formatResealed(done: readonly ResealedConnection[]): string {
  if (done.length === 0) return "The table has no connection.";
  const table = formatTable(
    ["connection", "result"],
    done.map((each) => [each.connection, resultOf(each)]),
  );
  const isLost = done.some(({ unreadable }) => unreadable.length > 0);
  return isLost ? `${table}\n\nMore: docs/operations.md#rotating-the-sealing-key` : table;
}
