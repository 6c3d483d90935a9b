import { formatTable } from "../local/format-table.ts";
import { wrapText } from "../local/wrap-text.ts";
import type { LogGap } from "./function-logs.ts";
import { logGapWords } from "./function-logs.ts";
import { withRelativeTime } from "./relative-time.ts";
import type { AttributedAct, PossibleCaller, VersionSpan } from "./who-join.ts";

/** What could not be seen. `no-trail`: there is none, or it is elsewhere. `late`: what CloudTrail has not delivered yet. */
export interface WhoGap extends Omit<LogGap, "kind"> {
  readonly kind: LogGap["kind"] | "no-trail" | "late";
  /** The reason; for `late` the instant since when events may be missing; for `cut` how many were read. */
  readonly detail: string;
}

export interface WhoAnswer extends VersionSpan {
  readonly connection: string;
  /** Null for all versions. */
  readonly version: number | null;
  readonly since: Date;
  /** When the version could be vended, as far as it lies after `since`. */
  readonly window: { readonly from: Date; readonly to: Date };
  readonly acts: readonly AttributedAct[];
  /** Null without a trail. */
  readonly possible: readonly PossibleCaller[] | null;
  readonly gaps: readonly WhoGap[];
}

/** For programs. */
export function whoAnswer({ issue, successor, ...answer }: WhoAnswer): object {
  return {
    ...answer,
    issuedAt: issue?.at ?? null,
    fingerprint: issue?.fingerprint ?? null,
    successor: successor && { version: successor.version, issuedAt: successor.at },
  };
}

/** For people: at most 80 columns wide. */
export function formatWho(answer: WhoAnswer, now: Date): string {
  const parts = [
    titleOf(answer, now),
    actsTable(answer),
    ...possibleTable(answer),
    ...answer.gaps.map(inWordsOf),
    ...(answer.acts.some(({ proof }) => proof === "api") ? [apiNote] : []),
    "More: docs/operations.md#who-was-vended-this-token",
  ];
  return parts.join("\n\n");
}

function titleOf({ connection, version, since, issue, successor }: WhoAnswer, now: Date): string {
  const from = `since ${withRelativeTime(since, now)}`;
  if (version === null) return `${connection}, every version,\n${from}`;
  const lines = [`${connection}, version ${version}`];
  if (issue) {
    lines.push(`issued ${withRelativeTime(issue.at, now)}, ${issue.reason},`);
    lines.push(`fingerprint ${issue.fingerprint}`);
  } else lines.push(`The log has no issue of it ${from}. --since 30d looks further back.`);
  if (successor)
    lines.push(`followed by version ${successor.version} on ${successor.at.toISOString()}`);
  return lines.map((line) => wrapText(line, "", "  ")).join("\n");
}

function actsTable({ acts, version }: WhoAnswer): string {
  if (acts.length === 0)
    return version === null
      ? "Nobody is recorded to have been vended it, or to have rejected it."
      : `Nobody is recorded to have been vended version ${version}, or to have rejected it.`;
  const byCaller = Map.groupBy(acts, labelOf);
  const heading = ["version", "did", "at", "path", "process"];
  return groupedTable(
    heading,
    [...byCaller].map(([label, some]) => ({
      label,
      rows: some.map((act) => [
        String(act.version),
        act.act,
        act.at.toISOString(),
        act.path,
        act.process,
      ]),
    })),
  );
}

function labelOf({ principal, requestId, proof, claimed }: AttributedAct): string {
  if (principal === null) return `unknown; AWS's request id is ${requestId ?? "not recorded"}`;
  if (claimed !== null) return `${principal}, who claimed to be ${claimed}`;
  return proof === "api" ? `${principal} (*)` : principal;
}

function possibleTable({ possible, version }: WhoAnswer): string[] {
  if (possible === null || possible.length === 0) return [];
  const what = version === null ? "it" : `version ${version}`;
  const intro = `Perhaps vended ${what} too: they invoked the function while it could be vended, and no record says what these requests were vended. Each was vended this connection or another account of the realm, or was refused.`;
  const table = groupedTable(
    ["invocations", "first", "last"],
    possible.map(({ principal, invocations, firstAt, lastAt }) => ({
      label: principal,
      rows: [[String(invocations), firstAt.toISOString(), lastAt.toISOString()]],
    })),
  );
  return [wrapText(intro), table];
}

/** A table with a line for whoever the rows below are about. Names of principals are too long for a column. */
function groupedTable(
  heading: readonly string[],
  groups: readonly { readonly label: string; readonly rows: readonly (readonly string[])[] }[],
): string {
  const rows = groups.flatMap((group) => group.rows);
  const [head = "", rule = "", ...lines] = formatTable(heading, rows).split("\n");
  const blocks = groups.map((group) =>
    [brokenUp(group.label), ...lines.splice(0, group.rows.length)].join("\n"),
  );
  return [head, rule, ...blocks].join("\n");
}

/** In lines of 78 columns, also where there is no space. */
function brokenUp(label: string): string {
  return wrapText(label)
    .split("\n")
    .flatMap((line) => line.match(/.{1,78}/gu) ?? [])
    .join("\n  ");
}

const apiNote = wrapText(
  "(*) As the event of the API names them. Who may invoke the function directly can imitate such an event; with the trail, each is checked.",
  "",
  "  ",
);

function inWordsOf({ kind, what, detail }: WhoGap): string {
  const words =
    kind === "no-trail"
      ? `Not seen: who invoked the function directly. There is no log group ${what}: without a trail only AWS's request ids are known. Next: -c token-vending:trail=on records who invokes it from then on; if you have a trail of your own, name its log group: --trail <log group>.`
      : kind === "late"
        ? `CloudTrail delivers within about 15 minutes: what was invoked since ${detail} may be missing.`
        : logGapWords({ kind, what, detail });
  return wrapText(words, "", "  ");
}
