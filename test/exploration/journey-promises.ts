import type { Connection } from "../../functions/model/connection.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import type { Call } from "./explored-provider.ts";

/** What has happened on the way to a consent, as plain data. */
export interface Journey {
  /** The browser that the link was bound to last. */
  bound: string | null;
  /** The process that has used the link up. */
  usedBy: string | null;
  /** By their processes; `browser` is null for one that nothing may come of. */
  readonly comers: Record<
    string,
    { readonly browser: string | null; readonly code: string; readonly connection: Connection }
  >;
  /** The code that is pasted, and who has claimed it. */
  copied: string | null;
  claimant: string | null;
}

export const noJourney: Journey = {
  bound: null,
  usedBy: null,
  comers: {},
  copied: null,
  claimant: null,
};

interface Requirements {
  readonly journey: Journey;
  require(holds: boolean, promise: string): void;
}

/** 5.5: only the browser that has followed a link completes it, and once. */
export function journeyWritten(
  promises: Requirements,
  process: string,
  before: TableItem | undefined,
  after: TableItem | undefined,
): void {
  const { journey } = promises;
  const owner = before?.["browser"]?.S ?? null;
  if (after?.["claimant"]) journey.claimant ??= after["claimant"].S ?? null;
  journey.bound = after?.["browser"]?.S ?? owner ?? journey.bound;
  if (after || !before?.["account"]) return;
  const isOwner = owner !== null && journey.comers[process]?.browser === owner;
  promises.require(isOwner, "5.5: a link was used up that belongs to another browser, or in vain");
  journey.usedBy = process;
}

/** 5.5: a code is redeemed for the connection of its link, by whoever has used that up; a pasted one by its claimant. */
export function checkJourney(promises: Requirements, { process, uses, connection }: Call): void {
  const { journey } = promises;
  const comer = Object.entries(journey.comers).find(([, { code }]) => code === uses);
  if (comer) {
    const isUser = journey.usedBy === process && comer[0] === process;
    promises.require(isUser, "5.5: a code was redeemed without its link");
    const isItsOwn = comer[1].connection === connection;
    promises.require(isItsOwn, "5.5: a code was redeemed for another account");
  }
  if (uses === null || uses !== journey.copied) return;
  const isClaimed = journey.claimant?.startsWith(`${process}.`) === true;
  promises.require(isClaimed, "5.5: a code was redeemed that somebody else has claimed");
}
