import { later } from "../../functions/model/clock.ts";
import type { ConnectionEvent } from "../../functions/model/connection-events.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { breakerOpenUntil } from "../../functions/vending/decision/back-off.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import type { TableWrite } from "./simulated-stage.ts";

/** What somebody knows of a connection who hears its events and nothing else. */
interface Known {
  readonly hasConsent: boolean;
  readonly isRejected: boolean;
  readonly isContested: boolean;
}

const recovered = {
  "consent-ended": { hasConsent: true },
  "credentials-rejected": { isRejected: false },
  contested: { isContested: false },
} as const;

function heard(known: Known, event: ConnectionEvent): Known {
  switch (event.kind) {
    case "consent-granted":
    case "consent-partial":
      return { ...known, hasConsent: true };
    case "consent-ended":
      return { ...known, hasConsent: false };
    case "credentials-rejected":
      return { ...known, isRejected: true };
    case "contested":
      return { ...known, isContested: true };
    case "recovered":
      return { ...known, ...recovered[event.from] };
    default:
      return known;
  }
}

/** The same, from the attributes of the row. */
function truth(item: TableItem | null, policy: RenewalPolicy): Known {
  if (!item) return { hasConsent: false, isRejected: false, isContested: false };
  const failure = item["failure"]?.M;
  const code = failure?.["code"]?.S ?? "";
  return {
    hasConsent: policy.renewal === "by-consent" && hasConsent(item, code),
    isRejected:
      ["credentials-rejected", "secret-malformed"].includes(code) ||
      failure?.["refusedSecretVersion"] !== undefined,
    isContested: policy.renewal !== "on-rotation" && isContested(item),
  };
}

interface ToldText {
  readonly end?: { readonly days: number; readonly endsAt: number } | null;
  readonly contestOverOf?: number | null;
}

function toldIn({ told }: TableItem): ToldText {
  return JSON.parse(told?.S ?? "{}");
}

function hasConsent(item: TableItem, code: string): boolean {
  const { consentedAt, sealedRefresh, sealed, refreshEndsAt, expiresAt, usableUntil } = item;
  if (!consentedAt) return false;
  if (!sealedRefresh && (!sealed || code === "consent-required")) return false;
  const { end: told } = toldIn(item);
  const end = sealedRefresh ? refreshEndsAt : (expiresAt ?? usableUntil);
  return !(told?.days === 0 && told.endsAt === Number(end?.N));
}

function isContested(item: TableItem): boolean {
  const { rejections, token } = readRecord({ ...item });
  if (!rejections || !token || toldIn(item).contestOverOf === Number(rejections.at)) return false;
  return breakerOpenUntil(rejections, later(rejections.at, token.issuedAt)) !== null;
}

/**
 * Where what somebody knows is not what is, after a write to one row and its events. `isEdited`: nobody is told of a trouble
 * that ends because an operator deletes a row or puts one back.
 */
export function misled(
  writes: readonly TableWrite[],
  eventsOfWrite: (write: TableWrite) => readonly ConnectionEvent[],
  policy: RenewalPolicy,
  isEdited: boolean,
): string[] {
  let known = truth(writes[0]?.before ?? null, policy);
  return writes.flatMap((write, at) => {
    known = eventsOfWrite(write).reduce(heard, known);
    const real = truth(write.after, policy);
    if (isEdited) known = { ...real, hasConsent: known.hasConsent };
    const [told, is] = [known, real].map((each) => JSON.stringify(each));
    return told === is ? [] : [`${write.pk}, write ${at}: known ${told}, but it is ${is}`];
  });
}
