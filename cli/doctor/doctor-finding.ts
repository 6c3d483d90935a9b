import { wrapText } from "../../local/wrap-text.ts";
import type { Screen } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { paint } from "../paint.ts";
import { proseColumns } from "../prose-columns.ts";

/** `error`: something does not work. `warning`: it will not, or could not be examined. `fine`: it was examined. */
type Severity = "error" | "warning" | "fine";

/** What was found out about one part of a deployment. */
export interface DoctorFinding {
  readonly severity: Severity;
  readonly about: string;
  readonly found: string;
  /** Null where there is nothing to do. */
  readonly next: string | null;
}

/** What to do where the deployment is newer than the command line. */
export const useDeployedRelease = "Use the command line of the release that is deployed.";

/** That something was examined, and is as it should be. */
export function fine(about: string, found: string): DoctorFinding {
  return { severity: "fine", about, found, next: null };
}

/** A failure to look. `permission`: what is missing, if AWS has denied it: the action, and on what. */
export function notSeen(
  about: string,
  { problem: { code, title, detail } }: CommandFailure,
  permission: string,
): DoctorFinding {
  const found = `${title} (${code}). ${detail}`.trim();
  if (/not-allowed$/.test(code)) {
    const next = `Have your role granted ${permission}.`;
    return { severity: "warning", about, found, next };
  }
  const next = `npm run vend -- help, or docs/operations.md#the-command-line`;
  return { severity: "error", about, found, next };
}

const order: readonly Severity[] = ["error", "warning", "fine"];
const standingOfSeverity = { error: "failing", warning: "waiting", fine: "ok" } as const;

/** The worst first; how many there are comes last. */
export function formatFindings(findings: readonly DoctorFinding[], screen: Screen): string {
  const columns = proseColumns(screen);
  const lines = sortedFindings(findings).map(({ severity, about, found, next }) => {
    const mark = paint(severity.padEnd(7), standingOfSeverity[severity], screen);
    const [first = "", ...rest] = wrapText(
      `${about}: ${found}`,
      " ".repeat(9),
      " ".repeat(9),
      columns,
    )
      .trimStart()
      .split("\n");
    const step =
      next === null ? [] : [wrapText(`Next: ${next}`, " ".repeat(9), " ".repeat(11), columns)];
    return [`${mark}  ${first}`, ...rest, ...step].join("\n");
  });
  const counts = order.map((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return severity === "fine" ? `${count} fine` : `${count} ${severity}${count === 1 ? "" : "s"}`;
  });
  return [...lines, "", `${counts.join(", ")}.`].join("\n");
}

/** The worst first, else in the order in which they were found. */
export function sortedFindings(findings: readonly DoctorFinding[]): DoctorFinding[] {
  return findings.toSorted(
    (one, other) => order.indexOf(one.severity) - order.indexOf(other.severity),
  );
}
