import { formatTable } from "../local/format-table.ts";
import { wrapText } from "../local/wrap-text.ts";
import type { Screen } from "./command.ts";
import type { CliProblem } from "./failure.ts";
import type { ExaminedConnection, RecoveryFinding } from "./recovery-findings.ts";
import { findingOfProblem, recoveryGuides } from "./recovery-findings.ts";

export interface RecoveredConnection extends ExaminedConnection {
  readonly finding: RecoveryFinding;
  /** Null where nothing was done. */
  readonly result: RecoveryResult | null;
}

/** The version that was vended, or why none was. Skipped: too many others of its realm had failed. */
export type RecoveryResult =
  | { readonly version: number }
  | { readonly problem: CliProblem }
  | { readonly skipped: true };

/** All connections as a table, followed by what is left to do. */
export function formatRecovery(
  recovered: readonly RecoveredConnection[],
  { columns }: Screen,
): string {
  if (recovered.length === 0) return "The table has no connection. docs/recovery.md#region-lost";
  const table = formatTable(
    ["connection", "state", "finding"],
    recovered.map((each) => [each.connection, each.status?.state ?? "–", formatFinding(each)]),
    columns ?? undefined,
  );
  const left = Map.groupBy(recovered.filter(isLeft), findingNow);
  const steps = [...left].flatMap(([finding, some]) => stepsFor(finding, some));
  return steps.length === 0 ? table : `${table}\n\n${steps.join("\n")}`;
}

/** For programs. */
export function recoveryAnswer(each: RecoveredConnection): object {
  const { connection, status, result } = each;
  const finding = findingNow(each);
  const { advice, command } = recoveryGuides[finding];
  return {
    connection,
    state: status?.state ?? null,
    version: result && "version" in result ? result.version : (status?.version ?? null),
    finding,
    code: problemOf(each)?.code ?? status?.lastFailure?.code ?? null,
    isRenewed: result === null ? null : "version" in result,
    next: isLeft(each) ? (command?.(connection) ?? advice) : null,
  };
}

function formatFinding(each: RecoveredConnection): string {
  const { result, status } = each;
  if (result && "version" in result) return `vended: version ${result.version}`;
  if (result && "skipped" in result) return "not tried";
  const finding = findingNow(each);
  const code = problemOf(each)?.code ?? status?.lastFailure?.code;
  return finding === "failing" && code ? code : recoveryGuides[finding].summary;
}

/** A failed attempt says more than what was found before it. */
function findingNow(each: RecoveredConnection): RecoveryFinding {
  const { result, finding } = each;
  return result && "problem" in result ? findingOfProblem(result.problem) : finding;
}

function problemOf({ result, problem }: RecoveredConnection): CliProblem | null {
  return result && "problem" in result ? result.problem : problem;
}

function isLeft({ result }: RecoveredConnection): boolean {
  return result === null || !("version" in result);
}

function stepsFor(finding: RecoveryFinding, some: readonly RecoveredConnection[]): string[] {
  const { summary, advice, command } = recoveryGuides[finding];
  if (advice === null) return [];
  const commands = command ? some.map(({ connection }) => `  ${command(connection)}`) : [];
  return [wrapText(`${summary} (${some.length}). ${advice}`, "", "  "), ...commands];
}
