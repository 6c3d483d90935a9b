import type { CommandContext, Terminal } from "./command.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import type { CliProblem } from "./failure.ts";
import { CommandFailure } from "./failure.ts";
import type { RecoveredConnection, RecoveryResult } from "./format-recovery.ts";
import { parseConnection } from "./parse-arguments.ts";
import type { RecoveryFinding } from "./recovery-findings.ts";
import { recoveryGuides } from "./recovery-findings.ts";
import { vendUnsent } from "./vend-unsent.ts";

/** At most one renewal a second, however many connections there are. */
const paceMs = 1000;
const maxAttempts = 3;
const longestWaitMs = 15_000;
/** A realm in which so many renewals in a row have failed is left alone. */
const maxFailuresInARow = 3;

/** Renews those that can be renewed without a person, one by one. */
export async function repairAll(
  context: CommandContext,
  found: readonly RecoveredConnection[],
): Promise<RecoveredConnection[]> {
  const total = found.filter(({ finding }) => repairOf(finding) !== null).length;
  const pacer = realmPacer(context.terminal);
  const recovered: RecoveredConnection[] = [];
  let done = 0;
  for (const each of found) {
    if (repairOf(each.finding) === null) {
      recovered.push(each);
      continue;
    }
    const { realm } = parseConnection(each.connection);
    const result = await pacer(realm, () => repair(context, each));
    done += 1;
    context.terminal.notice(`${done}/${total} ${each.connection}: ${formatProgress(result)}`);
    recovered.push({ ...each, result });
  }
  return recovered;
}

function realmPacer(terminal: Terminal) {
  const failuresOf = new Map<string, number>();
  let isFirst = true;
  return async (realm: string, attempt: () => Promise<RecoveryResult>): Promise<RecoveryResult> => {
    const failures = failuresOf.get(realm) ?? 0;
    if (failures >= maxFailuresInARow) return { skipped: true };
    if (!isFirst) await terminal.sleep(paceMs);
    isFirst = false;
    const result = await attempt();
    failuresOf.set(realm, "version" in result ? 0 : failures + 1);
    return result;
  };
}

async function repair(
  { functions, terminal }: CommandContext,
  { connection, status, finding }: RecoveredConnection,
): Promise<RecoveryResult> {
  const rejected = repairOf(finding) === "reject" ? (status?.version ?? null) : null;
  for (let attempt = 1; ; attempt += 1) {
    const result = await vendOnce(functions, connection, rejected);
    if ("version" in result || attempt === maxAttempts) return result;
    const { retryAfterSeconds } = result.problem as { retryAfterSeconds?: number };
    const waitMs = (retryAfterSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    if (waitMs > longestWaitMs) return result;
    await terminal.sleep(waitMs);
  }
}

const repairOf = (finding: RecoveryFinding) => recoveryGuides[finding].repair;

function formatProgress(result: RecoveryResult): string {
  if ("version" in result) return `version ${result.version}`;
  return "problem" in result ? result.problem.code : "not tried";
}

/** The version that is vended, or the problem. A rejection names the version that was seen, so it may be repeated. */
export async function vendOnce(
  functions: DeployedFunctions,
  connection: string,
  rejectedVersion: number | null,
): Promise<{ readonly version: number } | { readonly problem: CliProblem }> {
  const { realm, account } = parseConnection(connection);
  const rejection = rejectedVersion === null ? {} : { rejectedVersion };
  try {
    const payload = { account, ...rejection };
    const { version } = await vendUnsent(functions, realm, payload);
    return { version };
  } catch (error) {
    if (error instanceof CommandFailure) return { problem: error.problem };
    throw error;
  }
}
