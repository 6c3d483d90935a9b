import type { TableItem } from "../support/dynamodb-expressions.ts";
import type { RowChange } from "./trouble.ts";

/** What a row becomes: null where it is deleted. */
export function changedRow(
  { kind, which }: RowChange,
  current: TableItem | undefined,
  pasts: readonly TableItem[],
  now: number,
): TableItem | null {
  switch (kind) {
    case "delete":
      return null;
    case "restore":
      return pasts[Math.floor(which * pasts.length)] ?? null;
    case "damage":
      return current
        ? { ...current, ...damages(now)[Math.floor(which * damages(now).length)] }
        : null;
  }
}

const dayMs = 86_400_000;

/** What no release of ours writes: instants beyond dates, or that cannot be; numbers beyond all counts; other types. */
function damages(now: number): readonly TableItem[] {
  const tomorrow = { N: String(Math.round(now) + dayMs) };
  const never = { N: "99999999999999999" };
  return [
    { fence: { N: "9223372036854775807" } },
    { version: { S: "three" } },
    { usableUntil: { S: "soon" } },
    { requestedAt: tomorrow, issuedAt: tomorrow, usableUntil: never },
    {
      leaseOwner: { S: "nobody.1" },
      leaseSince: tomorrow,
      leaseUntil: never,
      leaseReason: { S: "expired" },
    },
    {
      leaseOwner: { S: "nobody.1" },
      leaseSince: { N: "0" },
      leaseUntil: never,
      leaseReason: { S: "expired" },
    },
    { doubtedAt: tomorrow },
    { failure: { S: "bad" } },
    { ledger: { L: [{ S: "entry" }] } },
    { dueAt: never, dueUntil: never },
    { rejectionLevel: { N: "99999" }, rejectionLevelAt: { N: String(Math.round(now)) } },
    { dueRealm: { S: "send/simulated" }, dueAt: { N: "0" }, dueUntil: tomorrow },
  ];
}
