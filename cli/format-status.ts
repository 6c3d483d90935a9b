import type { ConnectionAnswer } from "../functions/http/status-contract.ts";
import type { ConnectionState } from "../functions/model/connection-status.ts";
import { formatTable } from "../local/format-table.ts";
import { wrapText } from "../local/wrap-text.ts";
import type { Screen } from "./command.ts";
import { paint } from "./paint.ts";
import { proseColumns } from "./prose-columns.ts";
import { relativeTime } from "./relative-time.ts";
import { standingOf, standings } from "./standing.ts";

/**
 * All connections as a table, the most urgent first; followed by failures, by the next step for those that need an operator
 * and, as the last line, by how many there are.
 */
export function formatStatus(
  connections: readonly ConnectionAnswer[],
  now: Date,
  screen: Screen,
): string {
  if (connections.length === 0) return "No connection has been vended yet.";
  const sorted = mostUrgentFirst(connections, now);
  const table = formatTable(
    ["connection", "state", "version", "usable until", "renewal"],
    sorted.map((connection) => statusRow(connection, now, screen)),
    screen.columns ?? undefined,
  );
  const failures = sorted.flatMap((connection) => lastFailureOf(connection, now));
  const consents = sorted.flatMap((connection) => [
    ...attributesOf(connection),
    ...consentOf(connection, now),
    ...askedOf(connection, now),
  ]);
  const steps = sorted.flatMap(nextStepOf);
  const columns = screen.columns ?? Number.POSITIVE_INFINITY;
  const prose = [consents, failures, steps].map((lines) =>
    lines.map((line) => wrapText(line, "", "  ", columns)),
  );
  const paragraphs = [[table], ...prose, [sumOf(connections, now, screen)]];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function mostUrgentFirst(connections: readonly ConnectionAnswer[], now: Date): ConnectionAnswer[] {
  const urgency = (each: ConnectionAnswer) => standings.indexOf(standingOf(each, now));
  return connections.toSorted((one, other) => urgency(one) - urgency(other));
}

/** How many need somebody, by state, and how the others stand. */
function sumOf(connections: readonly ConnectionAnswer[], now: Date, screen: Screen): string {
  const byStanding = Map.groupBy(connections, (each) => standingOf(each, now));
  const failing = byStanding.get("failing") ?? [];
  const states = [...Map.groupBy(failing, ({ state }) => state)];
  const others = standings
    .filter((standing) => standing !== "failing")
    .map((standing) => [standing, byStanding.get(standing) ?? []] as const);
  const listed = (counts: readonly (readonly [string, readonly unknown[]])[]) =>
    counts
      .filter(([, some]) => some.length > 0)
      .map(([name, some]) => `${some.length} ${name}`)
      .join(", ");
  const needs = failing.length === 1 ? "needs" : "need";
  const who = failing.length === 0 ? "None" : `${failing.length}`;
  const words = `${who} of ${connections.length} ${failing.length === 0 ? "needs" : needs} you`;
  const needed = [words, listed(states)].filter(Boolean).join(": ");
  const rest = listed(others);
  const sum = wrapText(
    rest === "" ? `${needed}.` : `${needed}; ${rest}.`,
    "",
    "",
    proseColumns(screen),
  );
  return failing.length === 0 ? sum : paint(sum, "failing", screen);
}

function statusRow(connection: ConnectionAnswer, now: Date, screen: Screen): string[] {
  const { state, version, fingerprint, usableUntil } = connection;
  const noEnd = fingerprint === null ? "–" : "no end";
  return [
    connection.connection,
    paint(state, standingOf(connection, now), screen),
    String(version),
    usableUntil === null ? noEnd : relativeTime(usableUntil, now),
    formatRenewal(connection, now),
  ];
}

/** What came with the token. */
function attributesOf({ connection, attributes }: ConnectionAnswer): string[] {
  return attributes ? [`${connection}: token with ${listedAttributes(attributes)}`] : [];
}

function listedAttributes(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

/** Who granted what, and until when. */
function consentOf({ connection, consent }: ConnectionAnswer, now: Date): string[] {
  if (!consent) return [];
  const { identity, subject, customer, begunBy, endsAt, consentedAt } = consent;
  const { grantedScope, withheldScope, addedScope, attributes } = consent;
  const told = [
    `given ${relativeTime(consentedAt, now)}`,
    ...labelled("by", identity ?? subject),
    ...labelled("for", customer),
    ...labelled("asked by", begunBy),
    ...labelled("granted", grantedScope === "" ? "nothing" : grantedScope),
    ...labelled("withheld", withheldScope),
    ...labelled("not asked for", addedScope),
    ...(attributes ? [listedAttributes(attributes)] : []),
    endsAt === null ? "end unknown" : `ends ${relativeTime(endsAt, now)}`,
  ];
  return [`${connection}: consent ${told.join(", ")}`];
}

/** Who was asked, and until when that person can still consent. */
function askedOf({ connection, asked }: ConnectionAnswer, now: Date): string[] {
  if (!asked) return [];
  const by = labelled("by", asked.begunBy).join("");
  const link = `the latest link ends ${relativeTime(asked.until, now)}`;
  return [`${connection}: a person was asked to consent${by && ` ${by}`}; ${link}`];
}

function labelled(label: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${label} ${value}`];
}

function lastFailureOf({ connection, lastFailure }: ConnectionAnswer, now: Date): string[] {
  if (!lastFailure) return [];
  const { code, at } = lastFailure;
  return [`${connection}: last failure ${relativeTime(at, now)}: ${code}`];
}

/** An expired lease is ignored: its holder has crashed. */
function formatRenewal({ lease, renewAt }: ConnectionAnswer, now: Date): string {
  if (lease && Date.parse(lease.until) > now.getTime()) return `now (${lease.reason})`;
  return renewAt === null ? "–" : relativeTime(renewAt, now);
}

/** What to do in the states in which an operator has to act. */
const steps: Readonly<Record<ConnectionState, ((connection: string) => string) | null>> = {
  "consent-required": (connection) => `npm run vend -- consent ${connection}`,
  "credentials-rejected": () =>
    "put a new value into its secret: docs/operations.md#rotating-credentials",
  frozen: (connection) =>
    `frozen on purpose; npm run vend -- thaw ${connection} --reason "…" (or its realm)`,
  contested: () => "find out who else requests tokens: docs/operations.md#contested",
  empty: null,
  usable: null,
  renewing: null,
  expired: null,
  "backing-off": null,
  damaged: null,
};

function nextStepOf({ connection, state, asked }: ConnectionAnswer): string[] {
  if (asked && state === "consent-required") return [];
  const step = steps[state]?.(connection);
  return step ? [`${connection}: ${step}`] : [];
}
