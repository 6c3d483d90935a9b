import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Told, ToldEnd } from "../model/told.ts";
import type { Item } from "./attributes.ts";
import { text } from "./attributes.ts";

/** Text, because not every emulator compares whole maps in a condition. */
export function toldAttribute({
  end,
  contestOverOf,
}: Pick<Told, "end" | "contestOverOf">): AttributeValue {
  const ends = end && { endsAt: Number(end.endsAt), since: Number(end.since), days: end.days };
  return text(JSON.stringify({ end: ends, contestOverOf: contestOverOf && Number(contestOverOf) }));
}

/** Text that this release did not write counts as nothing told: the next notice replaces it. Never fails. */
export function readTold({ told }: Item): Told {
  const stored = told?.S ?? null;
  const { end, contestOverOf } = fieldsOf(stored);
  return { end: readEnd(end), contestOverOf: readInstant(contestOverOf), stored };
}

function readEnd(fields: unknown): ToldEnd | null {
  const { endsAt, since, days } = Object(fields) as Readonly<Record<string, unknown>>;
  const [end, start] = [readInstant(endsAt), readInstant(since)];
  return end && start && Number.isSafeInteger(days)
    ? { endsAt: end, since: start, days: Number(days) }
    : null;
}

function readInstant(ms: unknown): Date | null {
  const instant = new Date(typeof ms === "number" ? ms : Number.NaN);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

function fieldsOf(stored: string | null): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(stored ?? "null")) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
