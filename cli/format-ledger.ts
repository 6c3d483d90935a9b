import { formatTable } from "../local/format-table.ts";
import { wrapText } from "../local/wrap-text.ts";
import type { Screen } from "./command.ts";
import type { ConnectionLedger, LedgerVersion, VersionEnd } from "./connection-ledger.ts";
import { relativeTime } from "./relative-time.ts";

/** A connection's last calls to the provider as a table, the latest last. */
export function formatLedger(ledger: ConnectionLedger, now: Date, { columns }: Screen): string {
  const { connection, version, fence, versions, failedCalls, damage } = ledger;
  const calls = [
    ...versions.map((each) => ({ at: each.issuedAt, row: versionRow(each, now) })),
    ...failedCalls.map(({ at, reason, outcome, fingerprint }) => ({
      at,
      row: ["–", fingerprint ?? "–", relativeTime(at, now), reason, "–", outcome],
    })),
  ].toSorted((one, other) => Number(one.at) - Number(other.at));
  const heading = ["version", "fingerprint", "called", "because", "usable until", "became"];
  const parts = [
    `${connection}: version ${version}, lease ${fence}`,
    ...(calls.length === 0
      ? ["The record has no version and no call to the provider."]
      : [
          formatTable(
            heading,
            calls.map(({ row }) => row),
            columns ?? undefined,
          ),
        ]),
    ...(damage.length > 0 ? [`Damaged: ${damage.join(", ")}.`] : []),
    wrapText(
      `The record has the stored version and the last three calls. Earlier ones: npm run vend -- history ${connection} --since 30d`,
      "",
      "  ",
    ),
  ];
  return parts.join("\n\n");
}

function versionRow(each: LedgerVersion, now: Date): string[] {
  const { version, fingerprint, issuedAt, reason, usableUntil, end, endedAt } = each;
  const until = usableUntil ? relativeTime(usableUntil, now) : end === "in-use" ? "no end" : "–";
  const over = endedAt && end !== "expired" ? ` ${relativeTime(endedAt, now)}` : "";
  return [
    String(version),
    fingerprint ?? "–",
    relativeTime(issuedAt, now),
    reason ?? "–",
    until,
    `${endWords[end]}${over}`,
  ];
}

const endWords: Readonly<Record<VersionEnd, string>> = {
  "in-use": "in use",
  expired: "expired",
  renewed: "renewed",
  rejected: "rejected",
  doubted: "in doubt",
  replaced: "replaced",
  removed: "removed",
};
