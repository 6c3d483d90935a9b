import type { Connection } from "../../functions/model/connection.ts";
import { realmOf } from "../../functions/model/connection.ts";
import { freezeTakesMs } from "../../functions/model/time-limits.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { freezeKey } from "../../functions/store/conditional-write.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";

type Items = Map<string, TableItem>;

interface Judge {
  require(holds: boolean, promise: string): void;
}

/** What an operator writes: in one step, whatever others are doing. */
export function writeFreeze(items: Items, pk: string, now: number, isThaw: boolean): void {
  const item = items.get(pk) ?? { pk: { S: pk } };
  if (isThaw && !item["frozen"]) return;
  const at = { N: String(now) };
  const who = { by: { S: "ops" }, at, reason: { S: "explored" } };
  const thaw = { thawedBy: { S: "ops" }, thawedAt: at, thawReason: { S: "explored" } };
  const frozen = isThaw ? { ...item["frozen"]?.M, ...thaw } : who;
  const revision = { S: `ops-${now}.${isThaw ? "thaw" : "freeze"}` };
  items.set(pk, { ...item, frozen: { M: frozen }, revision });
}

/** P17: no attempt to renew begins on a frozen record, but for a person who consents. */
export function checkFrozenLease(
  judge: Judge,
  before: TokenRecord | null,
  after: TokenRecord | null,
): void {
  const isTaken = after?.lease != null && after.lease.owner !== before?.lease?.owner;
  const isBegun = isTaken && after.lease?.reason !== "consent";
  judge.require(!isBegun || !before?.frozen, "P17: a lease was taken on a frozen record");
}

/** P17: half a minute after a freeze nobody is vended by any process. */
export function checkFrozenVend(
  judge: Judge,
  items: Items,
  connection: Connection,
  now: number,
): void {
  const freezes = [
    readFreeze({ ...items.get(connection) }, "connection"),
    readFreeze({ ...items.get(freezeKey(realmOf(connection))) }, "realm"),
  ];
  const isOver = freezes.some((freeze) => freeze && now - freeze.at.getTime() > freezeTakesMs);
  judge.require(!isOver, "P17: vended half a minute after its freeze");
}
