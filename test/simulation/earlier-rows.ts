import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";

/** A row that an earlier release left: its layouts, one by one, as test/store/layouts.test.ts has them. */
export interface EarlierRow {
  readonly layout: "no schedule" | "due at renewal" | "due at an instant of its own";
  /** Its last process has vanished with the lease. */
  readonly isLeased: boolean;
  readonly isSuspect: boolean;
  readonly rejections: number;
}

/** What the token in it is, and when it was issued. */
interface EarlierToken {
  readonly pk: string;
  readonly id: string;
  readonly issuedAt: number;
  readonly lifetimeMs: number;
  readonly scope: string;
}

/** What a reader makes of a row that it does not mean; null where it reads it well. */
export function misreadingOf(
  { layout, isSuspect, rejections }: EarlierRow,
  record: TokenRecord,
): string | null {
  const isRight =
    isDoubted(record) === isSuspect &&
    (record.rejections?.level ?? 0) === rejections &&
    (record.token?.due != null) === (layout !== "no schedule");
  return isRight ? null : "P6: an earlier release's doubt, rejections or schedule are misread";
}

const version = 5;
const number = (value: number) => ({ N: String(Math.round(value)) });

export function earlierRow(
  { layout, isLeased, isSuspect, rejections }: EarlierRow,
  { pk, id, issuedAt, lifetimeMs, scope }: EarlierToken,
): TableItem {
  const renewAt = number(issuedAt + lifetimeMs + 250);
  const keptUntil = number(issuedAt + 3_600_000);
  const realm = pk.slice(0, pk.lastIndexOf("/"));
  const entry = {
    ...{ at: number(issuedAt), fence: number(7), version: number(version) },
    ...{ reason: { S: "expired" }, latencyMs: number(150), outcome: { S: "issued" } },
    fingerprint: { S: id },
  };
  return {
    ...{ pk: { S: pk }, layout: number(1), fence: number(isLeased ? 8 : 7) },
    version: number(version),
    sealed: { B: Buffer.from(JSON.stringify([1, `${pk}#${version}#token`, id])) },
    ...{
      fingerprint: { S: id },
      tokenFence: number(7),
      secretVersion: { S: "1" },
      scope: { S: scope },
    },
    ...{ requestedAt: number(issuedAt - 150), issuedAt: number(issuedAt) },
    usableUntil: number(issuedAt - 150 + lifetimeMs - Math.min(1000, lifetimeMs / 10)),
    ...{ expiresAt: number(issuedAt + lifetimeMs), renewAt },
    ...{ typicalIssueMs: number(150), ledger: { L: [{ M: entry }] } },
    ...(layout === "no schedule" ? {} : { keptUntil, dueRealm: { S: realm } }),
    ...(layout === "due at an instant of its own" ? { dueAt: renewAt, dueUntil: keptUntil } : {}),
    ...(isSuspect ? { suspect: { BOOL: true } } : {}),
    ...(rejections > 0
      ? { rejectionsAt: { L: Array.from({ length: rejections }, () => number(issuedAt)) } }
      : {}),
    ...(isLeased
      ? {
          ...{ leaseOwner: { S: "vanished.1" }, leaseReason: { S: "scheduled" } },
          ...{ leaseSince: number(issuedAt + 100), leaseUntil: number(issuedAt + 7100) },
        }
      : {}),
  };
}
