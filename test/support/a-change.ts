import type { EventContent } from "../../functions/model/connection-events.ts";
import type { StoredConsent, TokenRecord } from "../../functions/model/token-record.ts";
import type { ObservedRecord, RecordChange, Told } from "../../functions/model/told.ts";
import { aConsent, aRecord, aToken, at } from "./a-record.ts";

export const toldNothing: Told = { end: null, contestOverOf: null, stored: null };

/** The sample consent, of which nothing was withheld. */
export function aWholeConsent(changes: Partial<StoredConsent> = {}): StoredConsent {
  return aConsent({ details: {}, ...changes });
}

/** A connection at which a person has consented for thirty days. */
export function anObserved(
  changes: Partial<TokenRecord> = {},
  told: Partial<Told> = {},
): ObservedRecord {
  const token = aToken({ issuedUnder: "by-consent" });
  const record = aRecord({ consent: aWholeConsent(), token, ...changes });
  return { record, told: { ...toldNothing, ...told } };
}

/** One write, at ten o'clock. */
export function aChange(before: ObservedRecord | null, after: ObservedRecord | null): RecordChange {
  const connection = (after ?? before ?? anObserved()).record.connection;
  return { connection, before, after, at: at("10:00:01.000"), sequence: "100" };
}

export function kindsOf(events: readonly EventContent[]): string[] {
  return events.map(({ kind }) => kind);
}
