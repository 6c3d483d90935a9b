import type { Command, CommandContext } from "./command.ts";
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

/**
 * Says what is wrong with each connection. With --yes it renews, one by one, those for which that is safe: never those
 * that need a person. Told to do the same again, it goes on where it was stopped.
 */
export const recover: Command = (args, options) => {
  const targets = parseTargets(args);
  const restored = options["restored-at"];
  const restoredAt = restored === undefined ? null : parseZonedInstant(restored);
  if (options.function !== undefined) {
    throw new UsageError("This command invokes several functions: it takes no --function.");
  }
  return async ({ functions, terminal }) => {
    if (restoredAt && restoredAt > terminal.now()) {
      throw new UsageError("--restored-at lies in the future; give the instant in UTC.");
    }
    const found = await examine({ functions, terminal }, targets, restoredAt);
    const recovered = options.yes ? await repairAll({ functions, terminal }, found) : found;
    return {
      answer: { connections: recovered.map(recoveryAnswer) },
      text: formatRecovery(recovered),
      isIncomplete: recovered.some(({ result }) => result !== null && !("version" in result)),
    };
  };
};

async function examine(
  { functions, terminal }: CommandContext,
  targets: Parameters<typeof findTargets>[1],
  restoredAt: Date | null,
): Promise<RecoveredConnection[]> {
  const found: RecoveredConnection[] = [];
  for (const target of await findTargets(functions, targets)) {
    const examined = { ...target, problem: null };
    const finding = findingOf(examined, restoredAt);
    const isOpened = finding === "fine" && isOnlyRead(examined, terminal.now());
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
