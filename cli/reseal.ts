import type { ResealAnswer } from "../functions/http/contract.ts";
import { formatTable } from "../local/format-table.ts";
import type { CommandDeclaration, Screen } from "./command.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import type { CliProblem } from "./failure.ts";
import { CommandFailure } from "./failure.ts";
import { parseConnection } from "./parse-arguments.ts";
import { findTargets, parseTargets } from "./targets.ts";

/** What became of one connection. */
interface ResealedConnection extends ResealAnswer {
  readonly problem: CliProblem | null;
}

export const resealCommand: CommandDeclaration = {
  name: "reseal",
  args: "[targets...]",
  summary: "seal anew what is stored, under the key of now",
  does: "seals anew what is stored, one connection after the other, under the key and in the layout that the functions now have; may be repeated",
  docs: "operations.md#rotating-the-sealing-key",
  needs: "`lambda:InvokeFunction` on `list-connections` and `renew-tokens`",
  examples: ["reseal", "reseal conferma/production"],
  prepare: (args) => {
    const targets = parseTargets(args);
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
        text: formatResealed(done, terminal.screen),
        isIncomplete: done.some(({ problem, unreadable }) => problem || unreadable.length > 0),
      };
    };
  },
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

function formatResealed(done: readonly ResealedConnection[], { columns }: Screen): string {
  if (done.length === 0) return "The table has no connection.";
  const table = formatTable(
    ["connection", "result"],
    done.map((each) => [each.connection, resultOf(each)]),
    columns ?? undefined,
  );
  const isLost = done.some(({ unreadable }) => unreadable.length > 0);
  return isLost ? `${table}\n\nMore: docs/operations.md#rotating-the-sealing-key` : table;
}
