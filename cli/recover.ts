import type { CommandDeclaration } from "./command.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import type { CliProblem } from "./failure.ts";
import { UsageError } from "./failure.ts";
import type { RecoveredConnection } from "./format-recovery.ts";
import { formatRecovery, recoveryAnswer } from "./format-recovery.ts";
import { parseZonedInstant } from "./parse-arguments.ts";
import type { ExaminedConnection } from "./recovery-findings.ts";
import { findingOf, isStaticKeyConnection } from "./recovery-findings.ts";
import { repairAll, vendOnce } from "./repair-connections.ts";
import { findTargets, parseTargets } from "./targets.ts";

export const recoverCommand: CommandDeclaration = {
  name: "recover",
  args: "[targets...]",
  summary: "what is wrong with each; --yes does what is safe",
  does: "shows what is wrong with the connections of a realm, or with those named, and what to do; `--yes` does what is safe, and nothing for those that need a person",
  docs: "recovery.md",
  needs: "`lambda:InvokeFunction` on `list-connections` and `vend-token`",
  options: [
    ["yes", "renew, one by one, those for which that is safe; may be repeated"],
    "restoredAt",
  ],
  examples: ["recover conferma/production", "recover --restored-at 2026-11-21T10:00Z --yes"],
  prepare: (args, { restoredAt: restored, yes }) => {
    const targets = parseTargets(args);
    const restoredAt = restored === undefined ? null : parseZonedInstant(restored);
    return async ({ functions, terminal }) => {
      if (restoredAt && restoredAt > terminal.now()) {
        throw new UsageError("--restored-at lies in the future; give the instant in UTC.");
      }
      const found = await examineConnections(functions, targets, restoredAt, terminal.now);
      const recovered = yes ? await repairAll({ functions, terminal }, found) : found;
      return {
        answer: { connections: recovered.map(recoveryAnswer) },
        text: formatRecovery(recovered, terminal.screen),
        isIncomplete: recovered.some(({ result }) => result !== null && !("version" in result)),
      };
    };
  },
};

/** What is wrong with each of the connections, found without a request to a provider. Throws a `CommandFailure`. */
export async function examineConnections(
  functions: DeployedFunctions,
  targets: Parameters<typeof findTargets>[1],
  restoredAt: Date | null,
  now: () => Date,
): Promise<RecoveredConnection[]> {
  const found: RecoveredConnection[] = [];
  for (const target of await findTargets(functions, targets)) {
    const examined = { ...target, problem: null };
    const finding = findingOf(examined, restoredAt);
    const isOpened = finding === "fine" && isOnlyRead(examined, now());
    const problem = isOpened ? await problemOfVend(functions, target.connection) : null;
    const seen = { ...examined, problem };
    found.push({ ...seen, finding: findingOf(seen, restoredAt), result: null });
  }
  return found;
}

/** Whether a vend would answer from the record, without a renewal: it shows whether the stored token opens. */
function isOnlyRead({ connection, status }: ExaminedConnection, now: Date): boolean {
  const renewAt = status?.renewAt ?? null;
  return isStaticKeyConnection(connection) || (renewAt !== null && Date.parse(renewAt) > +now);
}

async function problemOfVend(
  functions: DeployedFunctions,
  connection: string,
): Promise<CliProblem | null> {
  const vended = await vendOnce(functions, connection, null);
  return "problem" in vended ? vended.problem : null;
}
