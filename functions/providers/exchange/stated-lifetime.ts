import type { HttpResponse } from "../../platform/http-request.ts";
import { epochInstant, parseHttpDate } from "./instant.ts";
import type { LifetimeClaim } from "./lifetime.ts";
import {
  claimAfterRequest,
  claimUntil,
  durationClaim,
  instantFrom,
  spanClaim,
} from "./lifetime.ts";

/** Units in which a lifetime is stated as a number, in milliseconds. */
const durations = { seconds: 1000, minutes: 60_000, milliseconds: 1 } as const;

/** Ways to state the instant at which a lifetime ends. Each returns null for anything else. */
const instants = {
  "iso-8601": instantFrom,
  "http-date": (value: unknown) => (typeof value === "string" ? parseHttpDate(value) : null),
  "epoch-seconds": (value: unknown) => epochInstant(value, 1000),
  "epoch-milliseconds": (value: unknown) => epochInstant(value, 1),
  "json-date": (value: unknown) => (typeof value === "string" ? jsonDate(value) : null),
} as const;

/** How an answer states a lifetime: how long it is, or when it ends. */
export type LifetimeUnit = keyof typeof durations | keyof typeof instants;

/** A lifetime as an answer states it: a null claim is invalid, and a duration has no instant. */
export function readLifetime(
  value: unknown,
  unit: LifetimeUnit,
  { headers }: HttpResponse,
  now: Date,
): { readonly claim: LifetimeClaim; readonly expiresAt: Date | null } {
  if (isDuration(unit)) return { claim: durationClaim(value, durations[unit]), expiresAt: null };
  const expiresAt = instants[unit](value);
  return { claim: expiresAt && claimUntil(expiresAt, headers, now), expiresAt };
}

/** When something ends that began with the request; null where that is missing, invalid or past. */
export function readEnd(value: unknown, unit: LifetimeUnit, response: HttpResponse): Date | null {
  if (isDuration(unit)) return claimAfterRequest(durationClaim(value, durations[unit]), response);
  const endsAt = instants[unit](value);
  return endsAt && claimAfterRequest(spanClaim(response.requestedAt, endsAt), response);
}

function isDuration(unit: LifetimeUnit): unit is keyof typeof durations {
  return Object.hasOwn(durations, unit);
}

/** Milliseconds since 1970, as serializers of .NET write them: `/Date(1795449600000)/`. An offset does not change them. */
function jsonDate(text: string): Date | null {
  const [, ms] = /^\/Date\((\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(text) ?? [];
  return epochInstant(ms, 1);
}
